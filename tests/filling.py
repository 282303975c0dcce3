"""Filling in what `esspec init` asks for, as a script would: by the key of each empty text, and by nothing else."""

import re
from collections.abc import Mapping
from inspect import signature
from itertools import count

from esspec.commands.cli import app

_QUESTION = re.compile(r'(?<!\\)""')
_STATE = re.compile(r'# "([^"]+)"')
_TABLE = re.compile(r"\[+(\w+)")

_CALLBACKS = [command.callback for command in app.registered_commands if command.callback]
PAGE_COMMANDS = tuple(c.__name__ for c in _CALLBACKS if {"page", "pages"} & signature(c).parameters.keys())
"""The commands that read pages."""


def filled(text: str, variables: Mapping[str, str]) -> str:
    """Return the text of a binding with every empty text filled in; whatever must differ differs."""
    numbers = count(1)
    table = ""
    lines: list[str] = []
    for line in text.split("\n"):
        found = _TABLE.match(line)
        table = found[1] if found else table
        key = line.partition(" = ")[0].strip('"')
        is_text = not line.startswith(("#", "["))
        lines.append(
            _QUESTION.sub(f'"{_value(table, key, line, next(numbers), variables)}"', line) if is_text else line
        )
    return "\n".join(lines)


def _value(table: str, key: str, line: str, number: int, variables: Mapping[str, str]) -> str:
    """Return what to write for a key of a table; features get the first state that the comment offers."""
    match table, key:
        case "variables", _:
            return variables.get(key, f"text {number}")
        case "features", _:
            return (_STATE.search(line) or ["", "unknown"])[1]
        case "ports", _:
            return str(8000 + number)
        case "externals", _:
            return "outside" if key == "role" else f"198.51.100.{number}/32"
        case "overrides", _:
            values = {"peer": "anyone", "ports": str(9000 + number), "protocol": "TCP", "condition": "Always"}
            return values.get(key, "decided")
        case _:
            return f"x{number}"

"""The reference in Markdown: docs/reference, one page per subject."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from esspec.commands.schema import SCHEMAS, schema_text
from esspec.linting.rules_text import RuleText, rule_texts
from manual.commands import Command, Word, commands, root_options
from manual.keys import tables_of_keys

_MADE = "<!-- Written by `make docs` from the code; edit that. -->\n"


def pages() -> dict[str, str]:
    """Return the pages and schemas of docs/reference, by name."""
    schemas = {f"schemas/{name}.json": schema_text(name) for name in SCHEMAS}
    texts = {
        "commands.md": _commands(),
        "findings.md": _findings(rule_texts()),
        "binding.md": _binding(),
        "schemas.md": _schemas(),
    }
    return texts | schemas


def _page(title: str, *parts: str) -> str:
    return "\n".join([f"# {title}\n", _MADE, *(part.rstrip("\n") + "\n" for part in parts)])


def _cell(text: str) -> str:
    """Return a text as a table's cell, where a pipe ends code too."""
    return _prose(text).replace("|", "\\|")


def _prose(text: str) -> str:
    """Return a text with what Markdown would read escaped; code between backticks is left alone."""
    pieces = text.split("`")
    return "`".join(piece if number % 2 else _ESCAPED.sub(r"\\\g<0>", piece) for number, piece in enumerate(pieces))


# An underscore inside a word is one to Markdown too.
_ESCAPED = re.compile(r"[<*{}]|\b_|(?<!\w)_")


def _table(headers: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = list(headers)
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


# Commands


def _commands() -> str:
    intro = """\
Data goes to standard output, all else to standard error. `-` is standard input. Exit codes: 0 nothing to report, 1 the
content is wrong (an error in the page or its binding, a stale folder, an unequal proof, a difference), 2 nothing could
be said (usage, a file that cannot be read or written). `esspec COMMAND --help` says what stands here.
"""
    overview = _table(
        ("command", "does"), ((f"[`{one.name}`](#esspec-{one.name})", _cell(one.summary)) for one in commands())
    )
    return _page("Commands", intro, overview, "## esspec", _options(root_options()), *map(_command, commands()))


def _command(command: Command) -> str:
    parts = [f"## esspec {command.name}\n", f"{_prose(command.said)}\n", _fence("text", [command.usage])]
    if command.arguments:
        parts.append(_arguments(command.arguments))
    parts.append(_options(command.options))
    if command.examples:
        parts.append(_fence("sh", command.examples))
    return "\n".join(parts)


def _fence(language: str, lines: Iterable[str]) -> str:
    return "\n".join([f"```{language}", *lines, "```\n"])


def _arguments(words: Iterable[Word]) -> str:
    return _table(("argument", "is"), ((f"`{word.synopsis}`".replace("|", "\\|"), _said(word)) for word in words))


def _options(words: Iterable[Word]) -> str:
    return _table(("option", "does"), ((_names(word), _said(word)) for word in words))


def _names(word: Word) -> str:
    value = f" {word.value}".rstrip().replace("|", "\\|")
    return ", ".join(f"`{name}{value}`" for name in word.names)


def _said(word: Word) -> str:
    default = f" Default: `{word.default}`." if word.default else ""
    return f"{_cell(word.said)}{default}"


# Findings


def _findings(texts: Mapping[str, RuleText]) -> str:
    intro = """\
Every finding ends with its code in brackets; `esspec rules CODE` says what stands here. Only errors stop an export.
What stops an export cannot be ignored.
"""
    rows = (
        (f"[`{text.code}`](#{text.code})", ", ".join(text.levels), "yes" if text.can_be_ignored else "no", _first(text))
        for text in texts.values()
    )
    return _page(
        "Findings", intro, _table(("code", "level", "can be ignored", "says"), rows), *map(_rule, texts.values())
    )


def _first(text: RuleText) -> str:
    sentence, dot, _ = text.what.partition(". ")
    return _cell(f"{sentence}." if dot else sentence)


def _rule(text: RuleText) -> str:
    parts = [f"## {text.code}\n", f"Level: {' or '.join(text.levels)}.\n", f"{_prose(text.what)}\n"]
    if text.why:
        parts.append(f"Why it matters: {_prose(text.why)}\n")
    if text.example:
        parts.append(f"```text\n{text.example}```\n")
    if text.mend:
        parts.append(f"To mend it: {_prose(text.mend)}\n")
    return "\n".join(parts)


# The binding and the schemas


def _binding() -> str:
    intro = """\
`esspec.toml`, the nearest one upward from the page, or what `--binding` names, says what a page cannot know. A key that
is not listed here is an error, and an entry that nothing on the page uses is a warning. `esspec init PAGE` writes a
binding to fill in. An editor that knows JSON Schema can check it by [schemas/binding.json](schemas/binding.json).
"""
    sections = []
    for table in tables_of_keys():
        rows = ((f"`{key.name}`", _cell(key.kind), key.default, _cell(key.said)) for key in table.keys)
        sections.append(f"## {table.title}\n\n{table.said}\n\n{_table(('key', 'value', 'default', 'says'), rows)}")
    return _page("The binding", intro, *sections)


def _schemas() -> str:
    intro = """\
JSON Schemas of what esspec prints and reads; `esspec schema NAME` prints them. Each document says its own by the field
`schema`. Fields may be added; none is taken away, and none changes its meaning, without a new value there.
"""
    rows = ((f"[`{name}`](schemas/{name}.json)", _marker(name), _cell(_about(name))) for name in SCHEMAS)
    return _page("JSON Schemas", intro, _table(("name", "field `schema`", "describes"), rows))


def _schema(name: str) -> dict[str, Any]:
    return dict(json.loads(schema_text(name)))


def _marker(name: str) -> str:
    marker = _schema(name)["properties"].get("schema", {}).get("const", "")
    return f"`{marker}`" if marker else ""


def _about(name: str) -> str:
    return " ".join(str(_schema(name).get("description", "")).partition("\n\n")[0].split())

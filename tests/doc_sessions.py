"""Pages of documentation as sessions: their files are written, their commands are run, in the order of the page.

A fence with `title="NAME"` is a file; a console fence holds commands and what they print, `...` for any lines.
"""

import re
import shlex
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from command_lines import Ran, esspec, process

_FENCE = re.compile(r"^```(\w+)(?: title=\"([^\"]+)\")?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"^\$ (.*)\n", re.MULTILINE)


class Step(NamedTuple):
    """A file to write, or a command with what the page shows of its output."""

    file: str
    command: str
    text: str


def steps(page: str) -> Iterator[Step]:
    """Yield the files and commands of a page, in its order; other fences are for people."""
    for language, title, text in _FENCE.findall(page):
        if title:
            yield Step(title, "", text)
        elif language == "console":
            _, *pairs = _COMMAND.split(text)
            yield from (Step("", command, shown) for command, shown in zip(pairs[::2], pairs[1::2], strict=True))


def matches(shown: str, printed: str) -> bool:
    """Return whether the printed text is the shown one, `...` standing for any lines."""
    pattern = ".*".join(re.escape(part) for part in re.split(r"^\.\.\.\n", shown, flags=re.MULTILINE))
    return re.fullmatch(pattern, printed, re.DOTALL) is not None


def printed_by(command: str, before: Ran, env: Mapping[str, str] | None = None) -> Ran:
    """Return what a command prints: `esspec`, in a process of its own if it needs an `env`, and a few of a shell's."""
    program, *words = shlex.split(command)
    if command == "echo $?":
        return Ran(0, f"{before.code}\n", "")
    if program == "cat":
        return Ran(0, "".join(Path(word).read_bytes().decode("utf-8") for word in words), "")
    if program == "sed":
        return _replaced(*words)
    if program != "esspec":
        raise ValueError(f"no test can run this: {command}")
    return process(*words, env=env) if env else esspec(*words)


def _replaced(option: str, script: str, file: str) -> Ran:
    """Replace a plain text in a file, as `sed -i s/old/new/g` does."""
    command, old, new, flag = script.split("/")
    text = Path(file).read_text(encoding="utf-8")
    if (option, command, flag) != ("-i", "s", "g") or old not in text:
        raise ValueError(f"no test can run this: sed {option} {script} {file}")
    Path(file).write_text(text.replace(old, new), encoding="utf-8")
    return Ran(0, "", "")


def write(step: Step) -> None:
    """Write a file of the page to the working folder; a pyproject.toml also installs its package there."""
    Path(step.file).parent.mkdir(parents=True, exist_ok=True)
    Path(step.file).write_text(step.text, encoding="utf-8")
    if step.file == "pyproject.toml":
        project = tomllib.loads(step.text)["project"]
        info = Path(f"{project['name'].replace('-', '_')}-{project['version']}.dist-info")
        info.mkdir()
        (info / "METADATA").write_text(f"Name: {project['name']}\nVersion: {project['version']}\n", encoding="utf-8")
        points = (
            f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in named.items())
            for group, named in project["entry-points"].items()
        )
        (info / "entry_points.txt").write_text("\n".join(points), encoding="utf-8")

"""A folder with a page that all is well with, and `esspec check` run on it."""

import re
from collections.abc import Sequence
from pathlib import Path

from command_lines import Ran, esspec
from linting import BINDING, KAFKA, UI, section

ROW = "TCP | UI pods to port 80 | a"
OTHER_END = "TCP | Kafka pods on port 80 | a"
SETTINGS = '\n[check]\npages = ["page.md"]\noutput = "out"\ntargets = ["kubernetes", "csv"]\n'
CODE = re.compile(r"^(\S+?)(?::(\d+):\d+)?: \w+: .* \[([a-z-]+)\]$", re.MULTILINE)


def text(*rows: str) -> str:
    """Return a page on which UI pods connect to Kafka pods, and `rows` more at the end of Kafka."""
    return section(KAFKA, [ROW, *rows]) + section(UI, outgoing=[OTHER_END])


def put(name: str, content: str) -> None:
    """Write a file, and the folders it needs."""
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(content, encoding="utf-8")


def put_page(folder: str = ".", content: str = "", more: str = SETTINGS) -> None:
    """Write page.md, its binding and its generated files to a folder."""
    put(f"{folder}/page.md", content or text())
    put(f"{folder}/esspec.toml", BINDING + more)
    made = esspec("export", f"{folder}/page.md", "-t", "kubernetes", "-t", "csv", "-o", f"{folder}/out")
    assert made.code == 0


def check(*arguments: str, stdin: bytes = b"") -> Ran:
    """Return what a check gives, its findings in a line each."""
    return esspec("check", *arguments, "--format", "concise", stdin=stdin)


def codes(ran: Ran) -> Sequence[str]:
    """Return path, line and code of all findings, such as `page.md:7 one-sided`."""
    return [f"{path}{':' if line else ''}{line} {code}" for path, line, code in CODE.findall(ran.out)]

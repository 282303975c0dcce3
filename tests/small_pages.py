"""Small pages and bindings for tests, written to the working folder and read as the command line reads them."""

from collections.abc import Sequence
from pathlib import Path

from esspec.commands.document import PageDocument, document
from esspec.compiling.compile import compile_page
from esspec.compiling.loading import PageFile, load_page
from esspec.compiling.page_reading import Reading
from esspec.model import PolicySet
from esspec.problem import EsspecError

ROW = "TCP | UI pods to port 80 | why"
BINDING = """\
namespace = "ns"
labels = { release = "es" }

[workloads."Kafka pod"]
labels = { component = "kafka" }

[workloads."UI pod"]
labels = { component = "ui" }
"""
NEXT_LINE = 9
"""The line on which what is added to BINDING begins."""

FIRST_ROW = 7
"""The line of a page's first row."""


def page(*rows: str, direction: str = "ingress", header: str = "", workload: str = "Kafka pod") -> str:
    """Return a page on one workload with these rows, and on "UI pod", whose ingress is "Any"."""
    label, peer = ("Incoming", "Origin") if direction == "ingress" else ("Outgoing", "Destination")
    header = header or f"Type | {peer} | Reason"
    head = f"## {workload}\n\n- {label} connections permitted:\n\n| {header} |\n|{'---|' * len(header.split(' | '))}\n"
    lines = "".join(f"| {row} |\n" for row in rows or (ROW,))
    return f"{head}{lines}\n## UI pod\n\n- Incoming connections permitted: Any\n"


def override(row: str = ROW, sets: str = "", *, workload: str = "Kafka pod", direction: str = "ingress") -> str:
    """Return an `[[overrides]]` entry of five lines and what it sets."""
    return (
        f'[[overrides]]\nworkload = "{workload}"\ndirection = "{direction}"\n'
        f"row = '''{row}'''\nreason = \"because\"\n{sets}\n"
    )


def more(*lines: str) -> str:
    """Return BINDING with more lines at its end."""
    return BINDING + "".join(f"{line}\n" for line in lines)


def instead(old: str, new: str) -> str:
    """Return BINDING with a part replaced that it has once."""
    assert BINDING.count(old) == 1
    return BINDING.replace(old, new)


def read(text: str, binding: str | None = BINDING) -> Reading:
    """Return the page under the binding; both are in the working folder afterwards."""
    Path("page.md").write_text(text, encoding="utf-8")
    if binding is None:
        Path("esspec.toml").unlink(missing_ok=True)
    else:
        Path("esspec.toml").write_text(binding, encoding="utf-8")
    return load_page(PageFile("page.md"))


def findings(text: str, binding: str | None = BINDING) -> list[str]:
    """Return all findings in their text form, whether they stop the reading or not."""
    try:
        return [str(problem) for problem in read(text, binding).problems]
    except EsspecError as stopped:
        return [str(problem) for problem in stopped.problems]


def parsed(text: str, binding: str | None = BINDING) -> PageDocument:
    """Return what `esspec parse` shows."""
    return document(read(text, binding))


def model(text: str, binding: str = BINDING) -> PolicySet:
    """Return what is exported; there are no errors, and only the findings that a test asks for."""
    return compile_page(read(text, binding))


def peers(text: str, binding: str | None = BINDING) -> Sequence[Sequence[str | tuple[str, ...]]]:
    """Return (kind, whom) of each peer of the first row."""
    rule = parsed(text, binding).rules[0]
    return [(peer.kind, peer.workloads or peer.external or peer.phrase) for peer in rule.peers]

"""Pages that somebody wrote to make esspec slow or large: time grows with the page, and limits say their name."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from command_lines import esspec
from pages import INGRESS, KAFKA
from small_pages import BINDING, page

MARKS = [
    "|",
    "*",
    "[",
    "_",
    "`",
    "<",
    "&",
    "{{",
    "{%",
    "(",
    "<td>",
    "\\",
    "~~",
    "[a](",
    "<!--",
    "a, ",
    "a and ",
    "(b), ",
]
MEGA = 1 << 20
WIDE = "| Type | Origin | Port | Reason | Condition | Pod Label |\n|---|---|---|---|---|---|\n"


def of_marks(mark: str, size: int) -> str:
    """Return a page of so many characters, most of them marks: in running text, a heading and cells."""
    run = mark * (size // 4 // len(mark))
    cells = [mark * (300 // len(mark)) for _ in range(size // 4 // 300)]
    peers = "".join(f"| TCP | {n} {cell} | a |\n" for n, cell in enumerate(cells))
    reasons = "".join(f"| TCP | UI | {n} {cell} |\n" for n, cell in enumerate(cells))
    return f"{KAFKA}x {run}\n\n{INGRESS}{peers}{reasons}\n## {run}\n\n{INGRESS}"


def wide(row: Callable[[int], str]) -> Callable[[int], str]:
    """Return a family of tables with all columns; the rows have some sixty characters each."""
    return lambda size: KAFKA + WIDE + "".join(f"| TCP | {row(n)} |\n" for n in range(size // 60))


FAMILIES: dict[str, Callable[[int], str]] = {
    **{f"runs of {mark.strip()}": lambda size, mark=mark: of_marks(mark, size) for mark in MARKS},  # type: ignore[misc]
    "nested quotes": lambda size: f"{KAFKA}{INGRESS}\n{'> ' * (size // 2)}a\n",
    "nested lists": lambda size: f"{KAFKA}{INGRESS}\n{'- ' * (size // 2)}a\n",
    "lists in lists": lambda size: (
        KAFKA + INGRESS + "\n" + "".join(f"{' ' * (n % 90)}- a\n" for n in range(size // 50))
    ),
    "columns": lambda size: f"{KAFKA}|{' Port |' * (size // 15)}\n|{'---|' * (size // 15)}\n|{' 1 |' * (size // 15)}\n",
    "cells of one row": lambda size: f"{KAFKA}{INGRESS}|{' a |' * (size // 4)}\n",
    "rows": lambda size: KAFKA + INGRESS + "| TCP | UI pods on port 80 | a |\n" * (size // 33),
    "headings": lambda size: "".join(f"## P{n} pod\n\nIncoming: None\n\n" for n in range(size // 32)) + KAFKA + INGRESS,
    "sections with compound names": lambda size: "".join(
        f"## P{n} and Q{n} pod\n\n{INGRESS}| TCP | P{n}, Q{n} | a |\n\n" for n in range(size // 110)
    ),
    "names that are nearly known": lambda size: "".join(
        f"## P{n} pod\n\n{INGRESS}| TCP | P{n}x | a |\n\n" for n in range(size // 95)
    ),
    "unknown names": wide(lambda n: f"Unknown thing {n} | 80 | a | Always | "),
    "unknown names of one cell": lambda size: KAFKA + INGRESS + _in_cells(size, lambda n: f"P{n}, "),
    "ports of one cell": lambda size: KAFKA + INGRESS + _in_cells(size, lambda n: f"{n + 1}, ", "UI on ports "),
    "conditions": wide(lambda n: f"Anywhere | 80 | a | If feature {n} is enabled | "),
    "conditions in other words": wide(lambda n: f"Anywhere | 80 | a | Perhaps {n} | "),
    "label pairs": wide(lambda n: f"Kafka | 80 | a | Always | a{n}=b{n}, c=d"),
    "labels with two values": wide(lambda n: f"Kafka | 80 | a | Always | a=b{n}"),
    "placeholders": wide(lambda n: f"Kafka | 80 | a | Always | a=<P{n}>"),
    "remarks": wide(lambda n: f"Anywhere (remark {n}) | 80 (x{n}) | a | Always | "),
    "variables": wide(lambda n: f"{{{{a.b{n}}}}} | 80 | {{{{a.c{n}}}}} | Always | "),
    "notes": lambda size: KAFKA + INGRESS + "\n**Note:** port 80 of Kafka is open from any namespace.\n" * (size // 58),
    "tags": lambda size: KAFKA + "{% if a %}\n" * (size // 22) + INGRESS + "\n" + "{% endif %}\n" * (size // 24),
    "policies": lambda size: KAFKA + INGRESS + "\n```yaml\nkind: NetworkPolicy\n---\n```\n" * (size // 38),
    "comments for esspec": lambda size: KAFKA + INGRESS + "\n<!-- esspec: ignore one-sided -->\n" * (size // 36),
    "rows in HTML": lambda size: (
        f"{KAFKA}<table><tr><th>Type</th><th>From</th></tr>\n"
        + "<tr><td>TCP</td><td>UI</td></tr>\n" * (size // 35)
        + "</table>\n"
    ),
    "tables in HTML that are not closed": lambda size: KAFKA + INGRESS + "\n" + "<table>\n\n" * (size // 9),
    "elements in HTML": lambda size: f"{KAFKA}{INGRESS}\n{'<div>' * (size // 11)}{'</div>' * (size // 11)}\n",
}


def _in_cells(size: int, piece: Callable[[int], str], lead: str = "") -> str:
    """Return rows whose peer cells hold a thousand pieces each."""
    rows = ["".join(map(piece, range(n * 1000, n * 1000 + 1000))) for n in range(max(size // 6000, 1))]
    return "".join(f"| TCP | {lead}{row}UI | a |\n" for row in rows)


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("esspec.toml").write_text(BINDING, encoding="utf-8")


def seconds(text: str) -> float:
    """Return the processor time that `parse` and `lint` take for a page."""
    Path("page.md").write_text(text, encoding="utf-8")
    begin = time.process_time()
    for command in (("parse", "page.md", "--format", "json"), ("lint", "page.md")):
        ran = esspec(*command)
        assert ran.code in (0, 1), ran.err
        assert "a bug in esspec" not in ran.err
    return time.process_time() - begin


@pytest.mark.parametrize("family", FAMILIES)
def test_twice_the_page_takes_at_most_three_times_as_long(family: str) -> None:
    """Machines have other things to do, so a family is tried again before it is called slow."""
    small, large = FAMILIES[family](5_000), FAMILIES[family](10_000)
    found: list[tuple[float, float]] = []
    while len(found) < 4:
        found.append((seconds(small), seconds(large)))
        if found[-1][1] <= 3 * found[-1][0]:
            return
    pytest.fail(f"{found}")


SLOW = """\
import json, os, resource, sys, time
from esspec.commands.cli import run
sys.stdout = sys.stderr = open(os.devnull, "w")
found = []
for path in sys.argv[1:]:
    begin = time.process_time()
    found.append([run(["parse", path, "--format", "json"]), time.process_time() - begin])
print(json.dumps([found, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss]), file=sys.__stdout__)
"""
LARGE: dict[str, str] = {
    **{f"line of {mark}": f"{KAFKA}{INGRESS}\n{mark * MEGA}\n" for mark in "|*[<&`_("},
    "lines": KAFKA + INGRESS + "\n" + "|\n" * 20_000,
    "quotes": f"{KAFKA}{INGRESS}\n{'> ' * (MEGA // 2)}a\n",
    "lists": f"{KAFKA}{INGRESS}\n{'- ' * (MEGA // 2)}a\n",
    "columns": f"{KAFKA}|{' a |' * MEGA}\n|{'-|' * MEGA}\n|{' 1 |' * MEGA}\n",
    "a cell": KAFKA + INGRESS.replace("UI pods", "a" * 10 * MEGA),
    "rows": KAFKA + INGRESS + "".join(f"| TCP | Kafka pods on port {n + 1} | a{n} |\n" for n in range(10_000)),
    "rows beyond the limit": KAFKA + INGRESS + "| TCP | UI pods on port 80 | a |\n" * 100_000,
    "headings beyond the limit": "".join(f"## P{n} pod\n" for n in range(100_000)),
}


def test_large_pages_take_seconds_and_less_than_half_a_gigabyte() -> None:
    """Each is read, or refused by a limit; the last value is the most memory that all of them took."""
    names = [f"{number}.md" for number in range(len(LARGE))]
    for name, text in zip(names, LARGE.values(), strict=True):
        Path(name).write_text(text, encoding="utf-8")
    done = subprocess.run([sys.executable, "-c", SLOW, *names], capture_output=True, check=True)
    found, memory = json.loads(done.stdout)
    refused = [which for which, (code, _) in zip(LARGE, found, strict=True) if code == 2]
    assert refused == ["rows beyond the limit", "headings beyond the limit"]
    assert [(which, took) for which, (_, took) in zip(LARGE, found, strict=True) if took > 5] == []
    assert memory < (512 << 20 if sys.platform == "darwin" else 512 << 10)


LONG = "x" * 20_001


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            f"{KAFKA}{INGRESS}" + "\n" * 80_000,
            "page.md:80001:1: error: the page has more than 80000 lines — split it into several pages [too-many-lines]",
            id="lines",
        ),
        pytest.param(
            f"{KAFKA}{INGRESS}\n## {LONG}\n\nText.\n",
            "page.md:7:1: error: one piece of text has more than 20000 characters — split it [too-long-text]",
            id="heading",
        ),
        pytest.param(
            f"{KAFKA}{INGRESS}\n**Outgoing**: None{' ' * 20_000}.\n",
            "page.md:7:1: error: one piece of text has more than 20000 characters — split it [too-long-text]",
            id="label",
        ),
        pytest.param(
            f"{KAFKA}{INGRESS}\nText <template> {LONG}\n",
            "page.md:7:1: error: one piece of text has more than 20000 characters — split it [too-long-text]",
            id="html-in-text",
        ),
        pytest.param(
            f"{KAFKA}{INGRESS}\n<p>Outgoing: None <!-- {LONG} --></p>\n",
            "page.md:7:1: error: one piece of text has more than 20000 characters — split it [too-long-text]",
            id="label-in-html",
        ),
        pytest.param(
            f"{KAFKA}{WIDE}| TCP | UI | 80 | a | Always | {','.join(f'a{n}=b' for n in range(101))} |\n",
            "page.md:5:32: error: more than 100 labels in one cell — no pod carries as many [too-many-labels]",
            id="labels",
        ),
        pytest.param(
            KAFKA + INGRESS + "| ICMP | UI pods to port 0 | a |\n" * 10_100,
            "page.md:10007:1: error: there are more than 20000 findings before this row, and from here on none is told "
            "— correct those first, or split the page [too-many-findings]",
            id="findings-about-cells",
        ),
        pytest.param(
            KAFKA + INGRESS + "".join(f"| TCP | P{n}, Q{n} to port 80 | a |\n" for n in range(10_100)),
            "page.md:10006:9: error: there are more than 20000 findings before this row, and from here on none is told "
            "— correct those first, or split the page [too-many-findings]",
            id="findings-about-names",
        ),
    ],
)
def test_a_limit_says_its_name(text: str, message: str) -> None:
    Path("page.md").write_text(text, encoding="utf-8")
    ran = esspec("parse", "page.md")
    assert ran.code in (1, 2)
    assert message in ran.err.split("\n")


def test_long_text_that_says_nothing_is_left_alone() -> None:
    """Such as a picture that stands in the page itself."""
    Path("page.md").write_text(f"{page()}\n![](data:image/png;base64,{LONG})\n", encoding="utf-8")
    assert esspec("parse", "page.md").code == 0

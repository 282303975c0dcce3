"""The table: its rows, its words, and what every reader of it may rely on.

The words are promised (interface.md, "CSV columns"): a peer is a name or `anyone`, `none`, `unspecified`;
protocol and port are `any` where nothing is left out, and empty where nothing is allowed or nothing is said.
"""

from pathlib import PurePosixPath
from typing import NamedTuple

ANYONE, NONE, UNSPECIFIED, ANY = "anyone", "none", "unspecified", "any"
RESERVED = (ANYONE, NONE, UNSPECIFIED)


class Row(NamedTuple):
    """One connection, or one statement about a direction; every cell is text, and none is missing."""

    direction: str
    source: str
    destination: str
    protocol: str
    port: str
    reason: str
    condition: str
    page: str
    line: str
    source_selector: str
    destination_selector: str
    binding: str
    other_side: str


class Table(NamedTuple):
    """All rows of one page, and the file they are written to."""

    file_name: str
    rows: tuple[Row, ...]


def file_name(page: str) -> str:
    """Return the name of a page's table: `network-policies.csv` for `docs/network-policies.md`."""
    return f"{PurePosixPath(page).stem}.csv"


def is_reserved(name: str) -> bool:
    """Return whether a name cannot be told from a word of the table, by people at least."""
    return name.strip().casefold() in RESERVED

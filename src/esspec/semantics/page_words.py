"""What answers say of a page beyond its policies: its tables' layout, its statements, and the binding's decisions."""

from collections.abc import Mapping
from typing import NamedTuple

from esspec.reading.columns import Column
from esspec.semantics.lifted import Grant
from esspec.terms import Direction


class Conditional(NamedTuple):
    """A row that does not hold: what it would grant, its condition as the page writes it, and the state chosen."""

    grant: Grant
    condition: str
    chosen: str


class WrittenSide(NamedTuple):
    """How a page writes one direction of a workload: the columns of its table, or the word of its statement.

    `line` is the table's header, or the statement.
    """

    line: int
    columns: tuple[Column, ...] = ()
    word: str = ""


class PageWords(NamedTuple):
    """The words of a page. `overrides` are by the line of the row, `sides` and `conditional` by workload.

    `dns` says where name resolution comes from, `layouts` how tables of a direction are written, `conditions` under
    which a row holds, by its line.
    """

    dns: str
    overrides: Mapping[int, str]
    sides: Mapping[tuple[str, Direction], WrittenSide]
    conditional: Mapping[tuple[str, Direction], tuple[Conditional, ...]]
    layouts: Mapping[Direction, tuple[Column, ...]]
    conditions: Mapping[int, str]

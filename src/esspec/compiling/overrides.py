"""The binding's overrides: decisions about rows, each found by the content of the row it names."""

from collections.abc import Iterator
from typing import NamedTuple

from esspec.bindings.binding import Binding
from esspec.bindings.binding_file import OverrideEntry
from esspec.compiling.names import Names
from esspec.model import Ports
from esspec.problem import Problem, error
from esspec.reading.cells import CONDITION, PEERS, PORTS, PROTOCOL
from esspec.reading.rows import WrittenRule
from esspec.reading.table_rule import BLANK, split_cells
from esspec.terms import Direction  # noqa: TC001 - cheap, and the module needs its neighbours anyway


class Override(NamedTuple):
    """One `[[overrides]]` entry, its number and its line in the binding."""

    entry: OverrideEntry
    number: int
    line: int
    binding: Binding

    def problem(self, code: str, message: str, remedy: str) -> Problem:
        """Return an error at this override."""
        return error(code, self.binding.path, (self.line, 1), message, remedy)

    @property
    def fields(self) -> frozenset[str]:
        """Return which parts of the row this decides: peers, ports, protocol, condition."""
        peers = PEERS if self.entry.peer_names else frozenset()
        ports = PORTS if self.entry.ports else frozenset()
        condition = CONDITION if self.entry.condition else frozenset()
        return peers | ports | condition | (PROTOCOL if self.entry.protocol else frozenset())

    @property
    def ports(self) -> Ports | None:
        """Return the ports this sets, None where it leaves them alone."""
        return self.entry.ports


class Overrides:
    """The binding's overrides, found by the content of the row they name."""

    def __init__(self, binding: Binding, names: Names) -> None:
        self._all = [
            Override(entry, n, binding.line("overrides", n), binding) for n, entry in enumerate(binding.file.overrides)
        ]
        self._by_row: dict[tuple[str, Direction, str], list[Override]] = {}
        self._keys: list[tuple[str, Direction, str]] = []
        for override in self._all:
            entry = override.entry
            owners = names.workloads_called(entry.workload)
            key = (owners[0] if len(owners) == 1 else entry.workload, entry.direction, trimmed(entry.row))
            self._by_row.setdefault(key, []).append(override)
            self._keys.append(key)
        self._matches: dict[int, int] = {}
        self._seen: dict[tuple[str, Direction, str], int] = {}

    def of(self, workload: str, written: WrittenRule) -> Override | None:
        """Return the override for a row. Rows must be asked for in their order on the page."""
        if not self._by_row:
            return None
        key = (workload, written.direction, written.cells)
        candidates = self._by_row.get(key)
        if not candidates:
            return None
        self._seen[key] = self._seen.get(key, 0) + 1
        for override in candidates:
            if override.entry.occurrence in (None, self._seen[key]):
                self._matches[override.number] = self._matches.get(override.number, 0) + 1
                return override
        return None

    def unmatched(self) -> Iterator[Problem]:
        """Yield an error per override that meets no row, or several without saying which, or that sets nothing."""
        for override in self._all:
            count = self._matches.get(override.number, 0)
            rows = self._seen.get(self._keys[override.number], 0)
            if count == 0 and rows:
                yield override.problem(
                    "override-without-row",
                    f"{rows} such row{'s' if rows > 1 else ''} on the page, and none is left for this override",
                    "correct occurrence, and keep one override per row",
                )
            elif count == 0:
                yield override.problem(
                    "override-without-row",
                    f"no {override.entry.direction} row of '{override.entry.workload}' reads '{override.entry.row}'",
                    "copy the row's cells from the page, joined by ' | ', variables unfilled",
                )
            elif count > 1:
                yield override.problem(
                    "override-of-several-rows", f"{count} rows read so", "add occurrence = n, counting from 1"
                )
            if override.entry.peer and override.entry.peers:
                yield override.problem("peer-twice", "the override sets both peer and peers", "keep one of them")
            if not override.fields:
                remedy = "set peer, ports, protocol or condition"
                yield override.problem("empty-override", "the override sets nothing", remedy)


def trimmed(row: str) -> str:
    """Return the cells of a row in one text, as `WrittenRule.cells` has them."""
    return " | ".join(cell.strip(BLANK) for cell in split_cells(row))

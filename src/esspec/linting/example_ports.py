"""The ports that example policies open, against those of the tables on the same page, workload by workload.

Compared are ports and protocols, in the directions that the examples isolate. Whom a rule lets through is not:
an example names its peers by labels that the page need not know.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from esspec.compiling.dns import dns_of
from esspec.compiling.page_reading import Reading
from esspec.linting.example import Example, OpenPorts
from esspec.linting.example_pods import about
from esspec.linting.port_sets import ALL_PORTS, in_words, port_set
from esspec.linting.stated_ports import Stated, stated_ports
from esspec.model import PortRange
from esspec.problem import Problem, warning
from esspec.terms import LAST_PORT, Direction, Protocol

PortSets = Mapping[Protocol, int]
_MAX_NAMED = 5


class _Extra(NamedTuple):
    """Ports that an example opens, at a line of the page, and that the page does not permit."""

    line: int
    example: str
    direction: Direction
    ports: str


class _Side(NamedTuple):
    """One direction of a workload: the examples that isolate it, what the page says of it, and the binding's DNS."""

    workload: str
    direction: Direction
    examples: Sequence[Example]
    page: Stated
    dns: PortSets

    def opened(self) -> Iterator[tuple[Example, OpenPorts]]:
        """Yield what the examples open in this direction."""
        for example in self.examples:
            for ports in example.opened[self.direction]:
                yield example, ports

    def left_open(self) -> Counter[Protocol]:
        """Return how many ports to be filled in the examples have."""
        return Counter(ports.protocol for _, ports in self.opened() if ports.is_user_supplied)


def disagreements(reading: Reading, examples: Sequence[Example]) -> Iterator[Problem]:
    """Yield a warning per port that examples open and the page does not permit, and per row that they forget.

    Examples that open nothing are left out: they shut what others are to open. A port to be filled in, on either
    side, may be one that is missing on the other and is not a port to be filled in there.
    """
    opening = [example for example in examples if any(example.opened.values())]
    path = reading.resolution.page.path
    related = about(opening, reading.selected)
    if related is None:
        message = "the examples and workloads of this page are too many to compare"
        yield warning("embedded-policy", path, (opening[0].line, 1), message, "split the page")
        return
    extras: defaultdict[_Extra, list[str]] = defaultdict(list)
    for side in _sides(reading, related):
        for extra in _extras(side):
            extras[extra].append(f"line {side.page.line} on '{side.workload}'")
        yield from _forgotten(path, side)
    yield from (_too_much(path, extra, places) for extra, places in extras.items())


def _sides(reading: Reading, related: Mapping[str, Sequence[Example]]) -> Iterator[_Side]:
    stated = stated_ports(reading) if related else {}
    dns = dns_of(reading.resolution.binding)
    for_names = _together((protocol, port_set([ports])) for protocol, ports in dns.ports) if dns else {}
    for name, examples in related.items():
        for direction in Direction:
            isolating = [example for example in examples if direction in example.isolates]
            if isolating:
                added = for_names if direction is Direction.EGRESS else {}
                yield _Side(name, direction, isolating, stated[name, direction], added)


def _extras(side: _Side) -> Iterator[_Extra]:
    if side.page.is_unread:
        return
    known = _together([*((p.protocol, p.ports) for p in side.page.permitted), *side.dns.items()])
    found: list[tuple[Example, OpenPorts]] = []
    sizes: dict[tuple[Protocol, Hashable], int] = {}
    for example, ports in side.opened():
        rest = _set(ports) & ~known.get(ports.protocol, 0)
        if rest and not ports.is_user_supplied:
            found.append((example, ports))
            sizes[ports.protocol, ports[:3]] = rest.bit_count()
    spare = Counter(side.page.user_supplied) - side.left_open()
    explained = _explained(sizes, spare, widest=LAST_PORT - 1)
    lines: defaultdict[tuple[int, str], list[OpenPorts]] = defaultdict(list)
    for example, ports in found:
        if (ports.protocol, ports[:3]) not in explained:
            lines[ports.line, example.name].append(ports)
    for (line, name), some in lines.items():
        rests = _together((ports.protocol, _set(ports) & ~known.get(ports.protocol, 0)) for ports in some)
        yield _Extra(line, name, side.direction, _in_words(rests))


def _forgotten(path: str, side: _Side) -> Iterator[Problem]:
    opened = _together((ports.protocol, _set(ports)) for _, ports in side.opened() if not ports.is_user_supplied)
    found = [
        (line, protocol, rest)
        for line, protocol, ports in side.page.permitted
        if (rest := ports & ~opened.get(protocol, 0))
    ]
    sizes: dict[tuple[Protocol, Hashable], int] = {(p, rest): rest.bit_count() for _, p, rest in found}
    spare = side.left_open() - Counter(side.page.user_supplied)
    explained = _explained(sizes, spare, widest=1)
    lines: defaultdict[int, list[tuple[Protocol, int]]] = defaultdict(list)
    for line, protocol, rest in found:
        if (protocol, rest) not in explained:
            lines[line].append((protocol, rest))
    for line, rests in lines.items():
        yield _too_little(path, side, line, _in_words(_together(rests)))


def _explained(
    sizes: Mapping[tuple[Protocol, Hashable], int], spare: Mapping[Protocol, int], *, widest: int
) -> frozenset[tuple[Protocol, Hashable]]:
    """Return which of the ports that one side lacks may be ports that it leaves to be filled in.

    Each of those stands for no more than `widest` ports; where they are too few for all, none is explained.
    """
    fitting = [key for key, size in sizes.items() if size <= widest]
    needed = Counter(protocol for protocol, _ in fitting)
    return frozenset(key for key in fitting if needed[key[0]] <= spare.get(key[0], 0))


def _set(ports: OpenPorts) -> int:
    return port_set([PortRange(first=ports.first, last=ports.last)])


def _together(ports: Iterable[tuple[Protocol, int]]) -> dict[Protocol, int]:
    found: dict[Protocol, int] = {}
    for protocol, some in ports:
        found[protocol] = found.get(protocol, 0) | some
    return found


def _in_words(ports: PortSets) -> str:
    if all(ports.get(protocol) == ALL_PORTS for protocol in Protocol):
        return "every port"
    return "; ".join(in_words(protocol, ports[protocol]) for protocol in Protocol if ports.get(protocol))


def _too_much(path: str, extra: _Extra, places: Sequence[str]) -> Problem:
    more = f", and {len(places) - _MAX_NAMED} more" if len(places) > _MAX_NAMED else ""
    message = (
        f"the example '{extra.example}' allows {extra.direction} on {extra.ports}, and the page does not: "
        f"{', '.join(places[:_MAX_NAMED])}{more}"
    )
    return warning("embedded-policy", path, (extra.line, 1), message, "add a row for it, or take it out of the example")


def _too_little(path: str, side: _Side, line: int, ports: str) -> Problem:
    first, *others = side.examples
    who = f"none of the {len(side.examples)} examples for it does" if others else f"the example '{first.name}' does not"
    message = f"line {line} permits {side.direction} of '{side.workload}' on {ports}, and {who}"
    return warning("embedded-policy", path, (first.line, 1), message, "add it to the example, or delete the row")

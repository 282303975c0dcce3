"""What `esspec init` asks about names: an entry per workload of the page, and per name that nothing explains."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from esspec.compiling.names import Named
from esspec.compiling.page_reading import Reading
from esspec.compiling.resolved import ResolvedRule, Unknown
from esspec.drafting.known_names import KnownNames
from esspec.problem import Problem, printable
from esspec.reading.directions import is_negated
from esspec.reading.spelling import fold, slug
from esspec.text.toml_edit import Addition, header, key, quoted

DEFAULT_LABEL = "app.kubernetes.io/component"
_OUTSIDE = frozenset(
    {"address", "addresses", "apiserver", "domain", "host", "hosts", "internet", "network", "node", "nodes"}
)
_API_SERVER = re.compile(r"\bapi server\b")
_PORT = re.compile(r"\bports? +([a-z][a-z0-9-]{0,14})\b", re.IGNORECASE)
_QUOTED = re.compile(r"'([^']*)'")
_NO_NAME = re.compile(r"\b(?:see|refer|ports?|but|except|excluding|without|all|any\w*|every\w*)\b|\{\{", re.IGNORECASE)
_SHOWN = 8
_MAX_NAME = 63
_WORKLOADS = (
    "# The workloads of the page. One label with a value of its own in each tells their pods apart; where your pods",
    "# have another label for that, change its key.",
)
_EXTERNALS = (
    '# What is no pod. Roles: "outside"; "kube-apiserver", the API server; "node", for which Cilium needs',
    '# cilium = "all-nodes" too, because it cannot tell one node from others. Addresses in CIDR form.',
)
_IN_CELLS = (
    "# Names that only cells use. If one is another name of a workload above, delete its entry and list it in the",
    '# aliases of that workload. If it is no pod, write [externals."…"] with role and addresses instead. Pods of',
    "# another installation have a namespace of their own, and need inherit_labels = false if there are labels above.",
)

Labels = Mapping[str, str]


class _Cells(NamedTuple):
    """A name that only cells use: its first spelling, others that make the same file name, and its lines."""

    name: str
    others: tuple[str, ...]
    lines: tuple[int, ...]
    is_outside: bool


def name_additions(reading: Reading) -> Iterator[Addition]:
    """Yield an entry per workload without one, then one per name that only cells use."""
    is_new = not reading.resolution.binding.file.workloads
    writer = _Writer(reading)
    workloads = [writer.workload(named) for named in reading.resolution.names.described() if _lacks_entry(named)]
    names = _cells_only(reading)
    inside = [writer.in_cells(found) for found in names if not found.is_outside]
    outside = [_external(found) for found in names if found.is_outside]
    yield from _section(("workloads",), workloads, _WORKLOADS if is_new else ())
    yield from _section(("workloads",), inside, _IN_CELLS if is_new else ())
    yield from _section(("externals",), outside, () if reading.resolution.binding.file.externals else _EXTERNALS)


def lines_in_words(lines: Iterable[int]) -> str:
    """Return `line 7`, or `lines 7, 9 and 12 more`."""
    found = list(dict.fromkeys(lines))
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return f"line{'s' if len(found) > 1 else ''} {', '.join(map(str, found[:_SHOWN]))}{more}"


def quoted_words(problems: Iterable[Problem], code: str) -> dict[str, list[int]]:
    """Return the words that findings of one code begin with, and their lines: variables, or names of ports."""
    lines: dict[str, list[int]] = defaultdict(list)
    for problem in problems:
        if problem.code == code:
            for name in _QUOTED.findall(problem.message)[:1]:
                lines[name].append(problem.line)
    return lines


def port_names(reading: Reading) -> dict[str, list[int]]:
    """Return the words that stand where a port should, and their lines."""
    lines = quoted_words(reading.problems, "port-name")
    for unknown in reading.resolution.unknown:
        for name in _PORT.findall(unknown.word) if unknown.kind == "name" else ():
            lines[name].append(unknown.line)
    return lines


def _section(table: tuple[str], additions: Sequence[Addition], comment: tuple[str, ...]) -> Iterator[Addition]:
    if additions and comment:
        yield Addition(table, comment, is_table=True)
    yield from additions


def _lacks_entry(named: Named) -> bool:
    return named.entry is None and "{{" not in named.name


def _cells_only(reading: Reading) -> list[_Cells]:
    taken = {slug(named.name) for named in reading.resolution.names.described()}
    found: dict[str, list[Unknown]] = defaultdict(list)
    for unknown in reading.resolution.unknown:
        name = slug(unknown.word)
        if unknown.kind == "name" and name not in taken and _is_name(unknown.word):
            found[name].append(unknown)
    return [_in_cells(places) for places in found.values()]


def _in_cells(places: Sequence[Unknown]) -> _Cells:
    spelt: dict[str, str] = {}
    for unknown in places:
        spelt.setdefault(fold(unknown.word), unknown.word)
    name, *others = spelt.values()
    return _Cells(name, tuple(others), tuple(unknown.line for unknown in places), _is_outside(name))


def _is_name(word: str) -> bool:
    """Return whether words can be a name that the binding explains; other words need a decision about their row."""
    return 0 < len(slug(word)) <= _MAX_NAME and not _NO_NAME.search(word) and not is_negated(word)


def _is_outside(name: str) -> bool:
    words = name.lower().split()
    return words[-1] in _OUTSIDE or bool(_API_SERVER.search(" ".join(words)))


def _external(found: _Cells) -> Addition:
    lines = (
        f"{header('externals', found.name)} # {lines_in_words(found.lines)}",
        'role = ""',
        'addresses = [""]',
        *_list_of("aliases", found.others),
    )
    return Addition(("externals", found.name), lines, is_table=True)


def _list_of(name: str, values: Sequence[str]) -> Iterator[str]:
    if values:
        yield f"{name} = [{', '.join(map(quoted, values))}]"


class _Writer:
    """Writes the entries of workloads, with what the page says about their labels and their other names."""

    def __init__(self, reading: Reading) -> None:
        described = list(reading.resolution.names.described())
        self._known = KnownNames([named.name for named in described], reading)
        self._stated = _stated(reading.resolution.rules)
        self._label = _usual_label(reading, self._stated)
        self._carrying: dict[str, list[str]] = defaultdict(list)
        for named in described:
            if named.entry is not None:
                self._same_pods(named.name)

    def workload(self, named: Named) -> Addition:
        """Return the entry of a workload that the page describes."""
        same = self._same_pods(named.name)
        advice = _advice("The pods of", same or self._known.fuller(named.name), [named.name])
        return self._entry(named.name, advice, named.lines, _list_of("overlaps", same))

    def in_cells(self, found: _Cells) -> Addition:
        """Return the entry of a name that only cells use; the comment offers the workloads that may be meant."""
        same = self._same_pods(found.name)
        near = same or self._known.like(found.name)
        advice = _advice("Another name of", near, [found.name, *found.others])
        if not near:
            advice = [f"# The nearest name is {quoted(name)}." for name in self._known.nearest(found.name)]
        more = (*_list_of("aliases", found.others), *_list_of("overlaps", same))
        return self._entry(found.name, advice, found.lines, more)

    def _entry(self, name: str, advice: Iterable[str], places: Iterable[int], more: Iterable[str]) -> Addition:
        stated = self._stated.get(fold(name), {})
        labels = {k: v for k, v in stated.items() if v and "<" not in v}
        if self._label not in stated:
            labels[self._label] = ""
        pairs = ", ".join(f"{key(k)} = {quoted(v)}" for k, v in labels.items())
        lines = (
            *advice,
            *(f"# The page adds {k} = {printable(v)}." for k, v in stated.items() if k not in labels),
            f"{header('workloads', name)} # {lines_in_words(places)}",
            f"labels = {{ {pairs} }}" if pairs else "labels = {}",
            *more,
        )
        return Addition(("workloads", name), lines, is_table=True)

    def _same_pods(self, name: str) -> list[str]:
        """Return the names met before whose pods a page's own labels do not tell from these, and remember this one."""
        stated = self._stated.get(fold(name), {})
        if not stated.get(self._label):
            return []
        before = self._carrying[stated[self._label]]
        found = [other for other in before if _agree(stated, self._stated[fold(other)])]
        before.append(name)
        return found


def _advice(what: str, names: Sequence[str], aliases: Sequence[str]) -> list[str]:
    """Return a comment that offers other workloads in place of an entry, with the text to write there."""
    if not names:
        return []
    listed = ", ".join(map(quoted, aliases))
    return [
        f"# {what} {' or '.join(map(quoted, names))}?",
        f"# Then delete this entry, and write there: aliases = [{listed}]",
    ]


def _agree(one: Labels, other: Labels) -> bool:
    return all(other.get(name, value) == value for name, value in one.items())


def _stated(rules: Iterable[ResolvedRule]) -> dict[str, dict[str, str]]:
    """Return the labels that the page gives, placeholders unfilled, by folded name."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for rule in rules:
        if rule.written.labels:
            names = {name for peer in rule.peers for name in peer.workloads or ()}
            names |= {piece.name for piece in rule.written.phrase.peers} if not names else set()
            for name in names if len(names) == 1 else ():
                for label, value in rule.written.labels:
                    found[fold(name)].setdefault(label, value)
    return dict(found)


def _usual_label(reading: Reading, stated: Mapping[str, Labels]) -> str:
    """Return the label key that tells workloads apart: the usual one in the binding, else on the page."""
    written = [entry.labels for entry in reading.resolution.binding.file.workloads.values()]
    count = Counter(label for labels in written or stated.values() for label in labels)
    return min(count, key=lambda label: -count[label], default=DEFAULT_LABEL)

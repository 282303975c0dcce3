"""`esspec init`: a binding to fill in. It asks for all that a page leaves open, and says where on the page.

What is asked for is written as an empty text, which every other command refuses, so that nothing is forgotten.
What a person has written is never changed: a second run adds what is new.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from esspec.compiling.page_reading import Reading
from esspec.compiling.resolved import ResolvedRule
from esspec.drafting.init_names import lines_in_words, name_additions, port_names, quoted_words
from esspec.problem import Problem, errors_in, printable
from esspec.reading.conditions import feature_key
from esspec.terms import Direction
from esspec.text.toml_edit import Addition, key, quoted
from esspec.text.toml_lines import Path

_KEYS = {
    "peers": 'peer = "" # anyone, or the name of a workload or an external',
    "ports": 'ports = "" # a number, a range such as "8000-8010", or a list of such',
    "protocol": 'protocol = "" # TCP, UDP or SCTP',
    "condition": 'condition = "" # Always, or such as: If metrics are enabled',
}
_Content = tuple[str, str, str]
_Places = Mapping[tuple[int, int], Sequence[Problem]]
_ASKED_AS_WORDS = frozenset({"port-name", "unresolved-variable"})
_WIDTH = 118
_DNS = (
    "# Name resolution. A workload whose outgoing connections are listed can look up no name, unless a row says so or",
    "# this table, which then holds for all of them; take the comment signs away:",
    "# [dns]",
    '# peers = [{ namespace = "kube-system", labels = { k8s-app = "kube-dns" } }]',
)
_DECISIONS = (
    "# Rows that the page leaves open. Each of these decides one of them, and all outputs show its reason; where",
    "# the page can say it better, correct the page and delete the entry.",
)


def opening(page: str) -> str:
    """Return the comment at the top of a new binding."""
    return (
        f"# What {printable(page)} cannot say by itself. Fill in each pair of empty quotes; until then, every\n"
        "# command but init refuses this file. Lines are those of the page. All keys: esspec schema binding.\n\n"
    )


def asked(reading: Reading, gaps: Collection[Path]) -> tuple[Addition, ...]:
    """Return what the binding of a page lacks beside its `gaps`: names and words; if none, decisions about rows.

    Only when every name is known is it known which rows are left.
    """
    lacking = (*_top(reading), *name_additions(reading), *_words(reading, gaps), *_dns(reading))
    return lacking or tuple(_decisions(reading))


def _top(reading: Reading) -> Iterator[Addition]:
    file = reading.resolution.binding.file
    if file.namespace is None:
        yield Addition((), ("# The namespace that the pods run in.", 'namespace = ""'))
    lines = [r.written.line for r in reading.resolution.rules if any(p.kind == "instance" for p in r.peers)]
    if lines and not file.labels:
        comment = f'# What every pod of the installation carries: "any pod in the instance", {lines_in_words(lines)}.'
        yield Addition((), (comment, 'labels = { "app.kubernetes.io/instance" = "" }'))


def _dns(reading: Reading) -> Iterator[Addition]:
    """Yield `[dns]` in a comment for a new binding, if a direction is isolated that names are looked up in."""
    resolution = reading.resolution
    said = [*(rule.written.direction for rule in resolution.rules), *(s.direction for _, s in resolution.statements)]
    if Direction.EGRESS in said and not resolution.binding.file.workloads and not resolution.binding.file.dns:
        yield Addition(("dns",), _DNS, is_table=True)


def _words(reading: Reading, gaps: Collection[Path]) -> Iterator[Addition]:
    """Yield what is asked for as one key of a table: variables, placeholders, features, names of ports, remarks."""
    for name, lines in quoted_words(reading.problems, "unresolved-variable").items():
        if ("variables", name) not in gaps:
            yield _word("variables", name, lines_in_words(lines))
    unknown: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for word in reading.resolution.unknown:
        unknown[word.kind][word.word].append(word.line)
    for name, lines in unknown["placeholder"].items():
        yield _word("placeholders", name, f"what <{name}> stands for, {lines_in_words(lines)}")
    known = {feature_key(str(keys[1])) for keys in gaps if keys[0] == "features"}
    for feature in reading.features.unset():
        if feature.key not in known:
            states = " or ".join(map(quoted, feature.states))
            yield _word("features", feature.key, f"{states}, {lines_in_words(feature.lines)}")
    for name, lines in port_names(reading).items():
        yield _word("ports", name, f'a number, or a range such as "8000-8010", {lines_in_words(lines)}')
    for text, lines in unknown["remark"].items():
        yield _word("remarks", text, f"why this changes nothing, {lines_in_words(lines)}; else correct the page")


def _word(table: str, name: str, comment: str) -> Addition:
    line, comment = f'{key(name)} = ""', f"# {printable(comment)}"
    return Addition((table,), (f"{line} {comment}",) if len(line + comment) < _WIDTH else (comment, line))


def _decisions(reading: Reading) -> Iterator[Addition]:
    """Yield an override per row that only a decision can complete, or what an override of it still lacks."""
    rules, binding = reading.resolution.rules, reading.resolution.binding
    numbers = {binding.line("overrides", n): n for n in range(len(binding.file.overrides))}
    places: dict[tuple[int, int], list[Problem]] = defaultdict(list)
    for problem in errors_in(reading.problems):
        if problem.path == reading.resolution.page.path:
            places[problem.line, problem.column].append(problem)
    count, seen = Counter(map(_content, rules)), Counter[_Content]()
    comment = () if binding.file.overrides else _DECISIONS
    for rule in rules:
        content = _content(rule)
        seen[content] += 1
        wanted = {**_wanted_by_faults(rule, places), **_wanted_by_peers(rule, places)}
        keys = [line for field, line in _KEYS.items() if field in wanted]
        if rule.override and keys:
            yield Addition(("overrides", numbers[rule.override.line]), tuple(keys))
        elif keys and "{{" not in rule.workload:
            yield from [Addition(("overrides",), comment, is_table=True)] if comment else []
            comment = ()
            why = f"# line {rule.written.line}: {printable(next(iter(wanted.values())))}"
            yield _override(rule, why, seen[content] if count[content] > 1 else 0, keys)


def _override(rule: ResolvedRule, comment: str, occurrence: int, keys: Iterable[str]) -> Addition:
    lines = (
        comment,
        "[[overrides]]",
        f"workload = {quoted(rule.workload)}",
        f"direction = {quoted(rule.written.direction)}",
        f"row = {quoted(rule.written.cells)}",
        *([f"occurrence = {occurrence}"] if occurrence else []),
        *keys,
        'reason = ""',
    )
    return Addition(("overrides",), lines, is_table=True)


def _content(rule: ResolvedRule) -> _Content:
    return rule.workload, rule.written.direction, rule.written.cells


def _wanted_by_faults(rule: ResolvedRule, errors: _Places) -> dict[str, str]:
    """Return which parts of a row an override can mend, with the reason for each."""
    wanted: dict[str, str] = {}
    for fault in rule.written.faults:
        told = errors.get((fault.problem.line, fault.problem.column), ())
        if fault.fields <= _KEYS.keys() and fault.problem.code not in _ASKED_AS_WORDS and fault.problem in told:
            wanted.update(dict.fromkeys(sorted(fault.fields), fault.problem.message))
    return wanted


def _wanted_by_peers(rule: ResolvedRule, errors: _Places) -> dict[str, str]:
    """Return what is open about the peers of a row, with the reason."""
    written = rule.written
    is_open = not rule.peers or any(peer.kind == "unresolved" for peer in rule.peers)
    if not is_open and not rule.override:
        return {}
    told = [fault.problem for fault in written.faults]
    phrases = (*(piece.phrase for piece in (*written.phrase.peers, *written.phrase.tail)), written.peer_cell)
    wanted: dict[str, str] = {}
    for problem in (problem for at in map(written.peer_at, phrases) for problem in errors.get(at, ())):
        if problem.code == "ports-in-doubt":
            wanted["ports"] = problem.message
        if is_open and problem not in told:
            wanted.setdefault("peers", problem.message)
    return wanted

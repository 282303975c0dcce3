"""What a page says under a binding: every name resolved or reported, before it is exported or printed."""

from collections.abc import Iterable

from esspec.bindings.binding import Binding
from esspec.compiling.explained_words import ExplainedWords, unused_entry
from esspec.compiling.names import Names
from esspec.compiling.overrides import Override, Overrides
from esspec.compiling.peers import Peers
from esspec.compiling.resolution_report import Report
from esspec.compiling.resolved import AppliedOverride, Resolution, ResolvedRule
from esspec.model import Condition
from esspec.problem import Problem, in_order
from esspec.reading.conditions import is_always, parse_condition
from esspec.reading.contradictions import contradictions
from esspec.reading.rows import WrittenRule
from esspec.reading.sections import Page


def resolve(page: Page, written: Iterable[WrittenRule], binding: Binding, problems: Iterable[Problem]) -> Resolution:
    """Return the page with every name resolved through the binding; what stays unresolved is among the problems.

    `problems` are those found so far. Nothing is guessed: a near miss is offered in a remedy and never taken.
    """
    report, names = Report(page.path), Names(page, binding)
    words = ExplainedWords(binding, report)
    rows = _Rows(names, words, report)
    overrides = Overrides(binding, names)
    rules = tuple(rows.resolved(rule, overrides) for rule in written)
    statements = tuple((names.workload_of(s.heading), s) for s in page.statements)
    found = [
        *page.problems,
        *problems,
        *names.problems,
        *report.problems,
        *overrides.unmatched(),
        *words.unused(),
        *contradictions(page.path, ((r.workload, r.written) for r in rules), statements),
        *(unused_entry(binding, *entry) for entry in names.unused()),
    ]
    return Resolution(page, binding, names, rules, statements, tuple(report.unknown), in_order(found))


class _Rows:
    """Resolves rows one by one; what is wrong goes to the report."""

    def __init__(self, names: Names, words: ExplainedWords, report: Report) -> None:
        self._names, self._words, self._report = names, words, report
        self._peers = Peers(names, words, report)

    def resolved(self, written: WrittenRule, overrides: Overrides) -> ResolvedRule:
        """Return one row, resolved; its faults become problems unless an override makes them void."""
        workload = self._names.workload_of(written.heading)
        override = overrides.of(workload, written)
        changed = override.fields if override else frozenset()
        for fault in written.faults:
            if not (fault.fields and fault.fields <= changed):
                self._report.problems.append(fault.problem)
        if override and override.ports == "all" and written.ports == "user-supplied":
            message = "the row leaves its port to the user, and that is not every port"
            remedy = "write the number in ports, a range, or a list of such"
            self._report.problems.append(override.problem("user-supplied-port", message, remedy))
        if override and override.entry.peer_names:
            if not written.says_ports and not override.ports:
                self._peers.ports_in_doubt(written)
            peers = tuple(self._peers.named(name, written, override) for name in override.entry.peer_names)
        else:
            peers = self._peers.of(workload, written)
        for remark in written.remarks:
            if not remark.fields <= changed:
                self._words.accept(remark.text, (remark.line, remark.column))
        return ResolvedRule(
            workload=workload,
            written=written,
            protocol=override.entry.protocol if override and override.entry.protocol else written.protocol,
            ports=override.ports if override and override.ports else written.ports,
            peers=peers,
            condition=_condition(written, override) if written.condition or override else None,
            labels=self._words.labels(written, peers) if written.labels else None,
            override=AppliedOverride(override.entry.reason, override.line) if override else None,
        )


def _condition(written: WrittenRule, override: Override | None) -> Condition | None:
    text = override.entry.condition if override and override.entry.condition else written.condition
    return None if text is None or is_always(text) else parse_condition(text)

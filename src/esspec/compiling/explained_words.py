"""Words of a page that the binding explains: parentheses that it accepts, and placeholders that it fills."""

from collections.abc import Iterator

from esspec.bindings.binding import FILE_NAME, Binding
from esspec.compiling.resolution_report import Report
from esspec.compiling.resolved import ResolvedPeer, Unknown
from esspec.problem import Problem, warning
from esspec.reading.pod_labels import Label, filled, is_value
from esspec.reading.rows import WrittenRule


class ExplainedWords:
    """The remarks and placeholders of a binding, and which of them a page has needed up to here."""

    def __init__(self, binding: Binding, report: Report) -> None:
        """`report` takes what the binding does not explain."""
        self._binding, self._report = binding, report
        self._accepted = {_plain(text): text for text in binding.file.remarks}
        self._used_remarks: set[str] = set()
        self._used_placeholders: set[str] = set()

    def accept(self, remark: str, at: tuple[int, int]) -> bool:
        """Return whether the binding accepts a parenthesis; one that it does not is an error."""
        key = _plain(remark)
        if key in self._accepted:
            self._used_remarks.add(key)
            return True
        self._report.unknown.append(Unknown("remark", remark, remark, at[0]))
        message = f"'({remark})' may restrict the row, and nothing says that it does not"
        remedy = f'if it changes nothing, write "{remark}" = "why" under [remarks] in {self._binding.name or FILE_NAME}'
        self._report.problem("unaccepted-remark", at, message, remedy)
        return False

    def labels(self, written: WrittenRule, peers: tuple[ResolvedPeer, ...]) -> tuple[Label, ...] | None:
        """Return the labels of a row, filled; a row that gives labels to several or to nobody is an error."""
        if written.labels is None:
            return None
        found = filled(written.labels, self._binding.file.placeholders, self._used_placeholders)
        at = (written.line, written.column)
        for name in found.missing:
            self._report.unknown.append(Unknown("placeholder", name, name, written.line))
            message = f"nothing says what <{name}> stands for in a pod label"
            remedy = f'write {name} = "…" under [placeholders] in {self._binding.name or FILE_NAME}'
            place = written.place_of(f"<{name}>")
            self._report.problem("unfilled-placeholder", place, message, remedy)
        for key, value in () if found.missing else found.labels:
            if not is_value(value):
                message = f"{key}: '{value}' is no value of a label"
                self._report.problem("unread-labels", at, message, "correct [placeholders]")
        workloads = {name for peer in peers for name in peer.workloads}
        if len(workloads) != 1 and all(peer.kind != "unresolved" for peer in peers):
            who = f"{len(workloads)} workloads" if workloads else "no workload"
            message = f"the row gives pod labels, and names {who}"
            remedy = "write one row per workload, or empty the cell and write the labels into the binding"
            self._report.problem("unread-labels", at, message, remedy)
        return found.labels

    def unused(self) -> Iterator[Problem]:
        """Yield a warning per remark and placeholder in the binding that no row needs."""
        for key, text in self._accepted.items():
            if key not in self._used_remarks:
                yield unused_entry(self._binding, ("remarks", text), f"the remark '{text}'")
        for name in self._binding.file.placeholders:
            if name not in self._used_placeholders:
                yield unused_entry(self._binding, ("placeholders", name), f"the placeholder '{name}'")


def _plain(text: str) -> str:
    return " ".join(text.replace("`", "").split())


def unused_entry(binding: Binding, keys: tuple[str, ...], what: str) -> Problem:
    """Return the warning that nothing on the page needs an entry of the binding."""
    return warning(
        "unused-entry",
        binding.path,
        (binding.line(*keys), 1),
        f"nothing on the page uses {what}",
        "correct its name, or delete it",
    )

"""Whose name is it: from the words of a cell to a workload or an external, never by guess."""

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from esspec.bindings.binding import Binding
from esspec.problem import Problem, error
from esspec.reading.sections import Heading, Page
from esspec.reading.spelling import fold, means_anyone, means_elsewhere, means_instance, slug

RESERVED = frozenset({"anyone", "none", "unspecified"})
"""Words that the CSV gives a meaning; no workload and no external may be called so."""

_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{device}{n}" for device in ("com", "lpt") for n in range(1, 10))})
_MAX_SLUG = 63
_MAX_NEAR, _MAX_COMPARED = 100, 100_000
_SHORTER = ", or make it an alias of an entry with a shorter name"
_WORD = re.compile(r"\w+")
_SPLIT = re.compile(r"[,;&]| (and|or) ")


class Named(NamedTuple):
    """A workload by name: its headings' lines, and its key in the binding (None without an entry)."""

    name: str
    lines: tuple[int, ...]
    entry: str | None


class Names:
    """All names that cells may use, for one page and one binding."""

    def __init__(self, page: Page, binding: Binding) -> None:
        self._binding = binding
        self.problems: list[Problem] = []
        self.used: set[str] = set()
        self._entries = self._folded_entries()
        owners = [*(s.heading for s in page.statements), *(t.heading for t in page.tables)]
        self.workloads: dict[str, Named] = {}
        self._canonical: dict[str, str] = {}
        self._of: dict[str, list[str]] = {}
        self._externals: dict[str, str] = {}
        self._near: dict[str, str | None] = {}
        self._take_headings(page, owners)
        self._take_entries()
        self._take_externals()
        self._check_slugs(page)

    def workload_of(self, heading: Heading) -> str:
        """Return the name of the workload that owns a heading."""
        return self.workloads[self._canonical[fold(heading.name)]].name

    def workloads_called(self, name: str) -> tuple[str, ...]:
        """Return the workloads that `name` stands for: one, several through an alias on several, or none."""
        key = fold(name)
        if key in self._of:
            self.used.add(key)
        return tuple(self._of.get(key, ()))

    def external_called(self, name: str) -> str | None:
        """Return the external that `name` stands for."""
        key = fold(name)
        if key in self._externals:
            self.used.add(key)
        return self._externals.get(key)

    def compound_in(self, cell: str) -> str | None:
        """Return a known name that stands in `cell` and holds a comma, "and" or "or", at which cells are split."""
        text = " ".join(cell.lower().split())
        likely = (name for word in dict.fromkeys(_WORD.findall(text)) for name in self._compound.get(word, ()))
        return next((name for name in likely if name in text), None)

    def is_another(self, name: str, owner: str) -> bool:
        """Return whether `name` is known, and as something else than the workload whose heading is `owner`."""
        known = self._of.get(fold(name))
        return known is not None and known != self._of.get(fold(owner))

    def known(self) -> dict[str, list[str]]:
        """Return every name that cells may use, folded, with the workloads it stands for: none for an external."""
        return {name: [] for name in self._externals} | self._of

    @cached_property
    def _compound(self) -> dict[str, list[str]]:
        """Return the names that hold a separator, by their first words."""
        found: dict[str, list[str]] = {}
        for name in (*self._of, *self._externals):
            if _SPLIT.search(name):
                found.setdefault("".join(_WORD.findall(name)[:1]), []).append(name)
        return found

    def near(self, name: str) -> str | None:
        """Return the known name that is spelt most like `name`, to be offered and never taken.

        The search is slow, so it ends after the first unknown names of a page: a reader corrects a few at a time.
        """
        key = fold(name)[:200]
        searches, names = len(self._near), len(self._of) + len(self._externals)
        if key not in self._near and searches < _MAX_NEAR and searches * names < _MAX_COMPARED:
            import difflib  # noqa: PLC0415 - only an unknown name needs it

            found = difflib.get_close_matches(key, [*self._of, *self._externals], 1)
            self._near[key] = self._of.get(found[0], [self._externals.get(found[0], "")])[0] if found else None
        return self._near.get(key)

    def described(self) -> Iterator[Named]:
        """Yield the workloads of the page in its order, then those that only the binding describes and cells use."""
        for key, named in self.workloads.items():
            if named.lines or key in self.used:
                yield named

    def unused(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """Yield the keys and names of binding entries and aliases that nothing on the page uses."""
        for name, entry in self._binding.file.workloads.items():
            key = self._canonical.get(fold(name), fold(name))
            if not self.workloads[key].lines and not {fold(n) for n in (name, *entry.aliases)} & self.used:
                yield ("workloads", name), f"the entry '{name}'"
                continue
            for alias in entry.aliases:
                if not self._is_used(alias):
                    yield ("workloads", name, "aliases"), f"the alias '{alias}' of '{name}'"
            for other in entry.overlaps:
                if fold(other) not in self._of:
                    yield ("workloads", name, "overlaps"), f"the name '{other}' in overlaps of '{name}'"
        for name, external in self._binding.file.externals.items():
            if not {fold(n) for n in (name, *external.aliases)} & self.used:
                yield ("externals", name), f"the entry '{name}'"

    def _is_used(self, alias: str) -> bool:
        return fold(alias) in self.used or fold(alias) in self._canonical

    def _problem(self, code: str, keys: tuple[str | int, ...], message: str, remedy: str) -> None:
        self.problems.append(self._binding.problem(code, keys, message, remedy))

    def _folded_entries(self) -> dict[str, str]:
        entries: dict[str, str] = {}
        for name in self._binding.file.workloads:
            if fold(name) in entries:
                self._problem(
                    "name-twice",
                    ("workloads", name),
                    f"'{name}' and '{entries[fold(name)]}' are one name",
                    "keep one entry",
                )
            entries.setdefault(fold(name), name)
        for name, entry in self._binding.file.workloads.items():
            for alias in entry.aliases:
                if entries.get(fold(alias), name) != name:
                    message = f"'{alias}' is an alias of '{name}' and has an entry of its own"
                    self._problem("name-twice", ("workloads", name, "aliases"), message, "keep one of them")
                self._refuse_reserved(("workloads", name, "aliases"), alias)
        return entries

    def _refuse_reserved(self, keys: tuple[str, ...], name: str) -> None:
        wrong = _reserved(name)
        if wrong:
            self._problem("reserved-name", keys, f"'{name}' {wrong}", "rename it")

    def _take_headings(self, page: Page, owners: Iterable[Heading]) -> None:
        owning = {fold(h.name) for h in owners} | {fold(h.name) for h in page.headings if fold(h.name) in self._entries}
        merged = self._merged({fold(h.name) for h in page.headings} & owning)
        for heading in page.headings:
            key = fold(heading.name)
            if key not in owning:
                continue
            first = self._canonical.setdefault(merged.get(key, key), key)
            self._canonical[key] = first
            known = self.workloads.get(first)
            lines = (*known.lines, heading.line) if known else (heading.line,)
            entry = self._entries.get(merged.get(key, key), self._entries.get(key))
            is_heading = entry is None or (fold(entry) in owning and len(slug(heading.name)) <= _MAX_SLUG)
            name = known.name if known else heading.name if is_heading else entry or heading.name
            self.workloads[first] = Named(name, lines, entry)
            if self._of.get(key) != [name]:
                self._of[key] = [name]

    def _merged(self, headings: set[str]) -> dict[str, str]:
        """Return which headings belong to an entry as its aliases; the entry's own name may be a heading or not."""
        return {
            fold(alias): fold(name)
            for name, entry in self._binding.file.workloads.items()
            for alias in entry.aliases
            if fold(alias) in headings
        }

    def _take_entries(self) -> None:
        for name, entry in self._binding.file.workloads.items():
            key = self._canonical.get(fold(name), fold(name))
            known = self.workloads.setdefault(key, Named(name, (), name))
            for word in (name, *entry.aliases):
                owners = self._of.setdefault(fold(word), [])
                if known.name not in owners:
                    owners.append(known.name)

    def _take_externals(self) -> None:
        for name, entry in self._binding.file.externals.items():
            for word in (name, *entry.aliases):
                if fold(word) in self._of or fold(word) in self._externals:
                    self._problem(
                        "name-twice",
                        ("externals", name),
                        f"'{word}' names two things",
                        "give one of them another name",
                    )
                self._externals[fold(word)] = name
                self._refuse_reserved(("externals", name), word)

    def _check_slugs(self, page: Page) -> None:
        seen: dict[str, Named] = {}
        for named in self.workloads.values():
            found = slug(named.name)
            wrong = _reserved(named.name) or _wrong_slug(found)
            if found in seen and not wrong:
                wrong = f"would share its files with '{seen[found].name}'"
            seen.setdefault(found, named)
            if wrong and named.lines:
                at = (named.lines[0], 1)
                self.problems.append(
                    error(
                        "bad-name",
                        page.path,
                        at,
                        f"the workload's name '{named.name}' {wrong}",
                        "rename the heading" + (_SHORTER if len(found) > _MAX_SLUG else ""),
                    )
                )
            elif wrong:
                self._problem("bad-name", ("workloads", named.name), f"the name '{named.name}' {wrong}", "rename it")


def _reserved(name: str) -> str:
    words = " ".join(name.split())
    if fold(words) in RESERVED:
        return "is a word of the CSV"
    if means_elsewhere(words):
        return "sends the reader of a cell elsewhere and names nobody"
    return "stands for more than one workload in a cell" if means_anyone(words) or means_instance(words) else ""


def _wrong_slug(found: str) -> str:
    if not found:
        return "leaves nothing to name its files by"
    if len(found) > _MAX_SLUG:
        return f"is longer than {_MAX_SLUG} characters"
    if found in _DEVICES or found == "kustomization":
        return f"makes the file name '{found}', which is taken"
    return ""

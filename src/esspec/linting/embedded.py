"""Policies that a page shows as examples: where they stand, and whether they say what its tables say."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from esspec.compiling.page_reading import Reading
from esspec.linting.placeholders import hidden, shown
from esspec.manifests.yamlread import List, Map, Scalar, read_documents
from esspec.problem import Problem, in_order, warning
from esspec.reading.code_documents import CodeDocument, documents_in
from esspec.reading.sections import Page
from esspec.semantics.lifted import Refusal, Unreadable

KIND = "NetworkPolicy"
_IS_POLICY = re.compile(
    rf"""(?:^|[{{,])[ \t]*(?:-[ \t]+)?["']?kind["']?[ \t]*:[ \t]*["']?{KIND}(?:List)?["']?[ \t]*(?:[,}}#].*)?$""",
    re.MULTILINE,
)


class EmbeddedPolicy(NamedTuple):
    """A policy as a page shows it: its lines there, and what it calls itself, placeholders and all.

    `body` is the object, empty where `fault` says why it cannot be read. The lines of both are behind those of the
    page by `offset`.
    """

    line: int
    end_line: int
    kind: str
    name: str
    api_version: str
    offset: int
    body: Map
    fault: Refusal | None


class _Object(NamedTuple):
    kind: str
    api_version: str
    body: Map


def embedded_policies(page: Page) -> Iterator[EmbeddedPolicy]:
    """Yield the NetworkPolicy objects in the code of a page, in its order; no target is asked about them."""
    for fence in page.policies:
        for document in documents_in(fence):
            if KIND in document.text:
                yield from _policies(document)


def embedded_problems(reading: Reading) -> Iterator[Problem]:
    """Yield a warning per example that cannot be read, and per port on which examples and tables disagree."""
    from esspec.linting.example import Example, read_example  # noqa: PLC0415 - few pages show policies
    from esspec.linting.example_ports import disagreements  # noqa: PLC0415 - as above
    from esspec.manifests.policy_kinds import policy_reader  # noqa: PLC0415 - as above

    path = reading.resolution.page.path
    found: list[Problem] = []
    examples: list[Example] = []
    for policy in embedded_policies(reading.resolution.page):
        reader = policy_reader(policy.api_version, policy.kind)
        if policy.fault:
            found.append(_unread(path, policy, policy.fault))
        elif reader is None:
            found.append(_unknown(path, policy))
        else:
            read = read_example(policy, reader, reading.resolution.binding)
            if isinstance(read, Example):
                examples.append(read)
            else:
                found.append(_unread(path, policy, read))
    yield from in_order([*found, *disagreements(reading, examples)])


def _unknown(path: str, policy: EmbeddedPolicy) -> Problem:
    message = f"no installed target reads a {policy.kind} of {policy.api_version or 'no apiVersion'}"
    remedy = "correct its apiVersion, or install a target that knows it"
    return warning("embedded-policy", path, (policy.line, 1), message, remedy)


def _unread(path: str, policy: EmbeddedPolicy, refusal: Refusal) -> Problem:
    message = f"the example cannot be compared with the tables: {shown(refusal.message)}"
    remedy = "mend it; what a reader is to fill in is written ${NAME} or <name>"
    return warning("embedded-policy", path, (policy.offset + refusal.line, 1), message, remedy)


def _policies(document: CodeDocument) -> Iterator[EmbeddedPolicy]:
    lines = document.text.split("\n")
    offset = document.line - 1
    try:
        values = list(read_documents(hidden(document.text)))
    except Unreadable as unread:
        if _IS_POLICY.search(document.text):
            first = next((number for number, line in enumerate(lines, 1) if _is_content(line)), 1)
            last = _last_content(lines, len(lines))
            fault = Refusal(unread.line, unread.message)
            yield EmbeddedPolicy(offset + first, offset + last, KIND, _name_in(lines), "", offset, Map(first), fault)
        return
    objects = [found for value in values for found in _objects(value)]
    ends = sorted({len(lines) + 1, *(found.body.line for found in objects), *_lines_around(values)})
    for found in objects:
        if found.kind == KIND:
            first = found.body.line
            last = _last_content(lines, ends[bisect_right(ends, first)] - 1)
            name = _name_of(found.body)
            yield EmbeddedPolicy(offset + first, offset + last, KIND, name, found.api_version, offset, found.body, None)


def _objects(value: Scalar | Map | List) -> Iterator[_Object]:
    """Yield the objects in a document: itself, or the items of a list; they may leave their kind to a typed one."""
    if not isinstance(value, Map):
        return
    kind, api_version, items = value.get("kind"), value.get("apiVersion"), value.get("items")
    if not (isinstance(kind, str) and kind.endswith("List") and isinstance(items, List)):
        yield _Object(_text(kind), _text(api_version), value)
        return
    for item in items:
        if isinstance(item, Map):
            of_item, version = item.get("kind", kind.removesuffix("List")), item.get("apiVersion", api_version)
            yield _Object(_text(of_item), _text(version), item)


def _text(data: Scalar | Map | List) -> str:
    return data if isinstance(data, str) else ""


def _lines_around(values: list[Scalar | Map | List]) -> Iterator[int]:
    """Yield the lines at which a list's own fields begin: no item reaches beyond them."""
    for value in values:
        if isinstance(value, Map) and isinstance(value.get("items"), List):
            yield from value.lines.values()


def _name_of(body: Map) -> str:
    metadata = body.get("metadata")
    name = metadata.get("name") if isinstance(metadata, Map) else None
    return "" if name is None or isinstance(name, Map | List) else shown(str(name))


def _name_in(lines: list[str]) -> str:
    """Return the name below the first `metadata:` of a text that is no YAML; empty where none is found."""
    depth = -1
    for line in lines:
        key, _, value = line.strip().partition(":")
        indent = len(line) - len(line.lstrip())
        if key == "name" and 0 <= depth < indent:
            return value.partition(" #")[0].strip(" \t\"'")
        if line.strip() and indent <= depth:
            depth = -1
        if key == "metadata":
            depth = indent
    return ""


def _last_content(lines: list[str], number: int) -> int:
    """Return the last line up to `number` that says something; 0 without one."""
    return next((n for n in range(number, 0, -1) if _is_content(lines[n - 1])), 0)


def _is_content(line: str) -> bool:
    return line.strip() not in ("", "...") and not line.lstrip().startswith("#")

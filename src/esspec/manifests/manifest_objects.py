"""The objects in manifests: the documents of a stream, the items of lists, and a word on what is neither."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from esspec.manifests.manifest import Refused
from esspec.manifests.manifest_files import ManifestText
from esspec.manifests.yamlread import List, Map, Scalar, read_documents
from esspec.problem import InputProblems, Problem, error
from esspec.semantics.lifted import Unreadable

RENDER = "render it first, such as by helm template, and name its output or -"
_TEMPLATE = re.compile(r"\{[{%]")


class ManifestObject(NamedTuple):
    """One object; what it does not say of itself is empty."""

    file: str
    api_version: str
    kind: str
    body: Map

    @property
    def group(self) -> str:
        """Return its API group; the oldest kinds are in none."""
        return self.api_version.rpartition("/")[0]


class Manifests(NamedTuple):
    """All objects of some texts, in their order, and what is wrong with documents that are none; the texts by file."""

    objects: tuple[ManifestObject, ...]
    problems: tuple[Problem, ...]
    texts: Mapping[str, str]


def read_manifests(texts: Iterable[ManifestText]) -> Manifests:
    """Return the objects in `texts`. Raises InputProblems (exit 2) for what is no YAML."""
    found: list[ManifestObject] = []
    problems: list[Problem] = []
    unreadable: list[Problem] = []
    read: dict[str, str] = {}
    is_empty = True
    for file, text in texts:
        read[file] = text
        try:
            for document in read_documents(text, lenient=True):
                is_empty = is_empty and document is None
                found += _unwrapped(file, document, "", "")
                problems += _no_object(file, document)
        except Unreadable as broken:
            unreadable.append(_no_yaml(file, text, broken))
    if unreadable:
        raise InputProblems(unreadable)
    if is_empty and read:
        remedy = "make sure that what writes it has not failed; no objects at all are `kind: List` with `items: []`"
        problems.append(error("no-object", next(iter(read)), (0, 0), "nothing stands here", remedy))
    return Manifests(tuple(found), tuple(problems), read)


def refused_object(found: ManifestObject, refused: Refused) -> Problem:
    """Return the error for an object that would not be taken, or not be taken as it is read here."""
    line, message = refused.refusal
    remedy = RENDER if is_template(message) else "mend the object"
    return error("refused-object", found.file, (line, 1), f"this {found.kind} would be refused: {message}", remedy)


def unread_object(found: ManifestObject, refused: Refused) -> Problem:
    """Return the error for a policy that is read in one shape only, and has another: it may be right as it is."""
    line, message = refused.refusal
    what = f"this {found.kind} cannot be read here: {message}"
    remedy = "leave it out; nothing can be said of what it allows or denies"
    return error("unread-policy", found.file, (line, 1), what, remedy)


def object_twice(found: ManifestObject, name: str, first: ManifestObject) -> Problem:
    """Return the error for an object that stands there a second time, and not as the first time."""
    message = f"{found.kind} {name} stands in {first.file}:{first.body.line} too"
    return error("object-twice", found.file, (found.body.line, 1), message, "keep one of them")


def is_template(text: str) -> bool:
    """Return whether a text has something of a Helm or Jinja template in it."""
    return _TEMPLATE.search(text) is not None


def _unwrapped(file: str, document: Scalar | Map | List, api_version: str, kind: str) -> Iterator[ManifestObject]:
    """Yield the object of a document, or the items of a list, which may leave their kind to the list."""
    if not isinstance(document, Map):
        return
    api_version, kind = (_text(document, "apiVersion") or api_version, _text(document, "kind") or kind)
    items = document.get("items")
    if kind.endswith("List") and isinstance(items, List):
        of_items = kind.removesuffix("List")
        for item in items:
            yield from _unwrapped(file, item, api_version if of_items else "", of_items)
        return
    yield ManifestObject(file, api_version, kind, document)


def _no_object(file: str, document: Scalar | Map | List) -> Iterator[Problem]:
    """Yield an error for a document in which an object may be meant, and which no cluster takes."""
    if isinstance(document, List) and any(isinstance(item, Map) and "kind" in item for item in document):
        message, remedy = "this is a list of objects and no object", "write `---` between them, or kind: List"
        yield error("no-object", file, (document.line, 1), message, remedy)
    elif document is not None and not isinstance(document, Map | List):
        message, remedy = "this is text and no object", "name files of manifests, or of pages with --stdin-filename"
        yield error("no-object", file, (0, 0), message, remedy)


def _no_yaml(file: str, text: str, broken: Unreadable) -> Problem:
    at = (broken.line, broken.column)
    lines = text.split("\n")[max(broken.line - 2, 0) : broken.line]  # an open brace is missed in the line below it
    if is_template("\n".join(lines)):
        return error("bad-yaml", file, at, "this is a template and no YAML", RENDER)
    remedy = (
        "if it is a page, name it with --stdin-filename page.md" if file == "-" else "mend the file, or leave it out"
    )
    return error("bad-yaml", file, at, broken.message, remedy)


def _text(body: Map, field: str) -> str:
    value = body.get(field)
    return value if isinstance(value, str) else ""

"""Objects as they are applied: in a namespace, without what only a server adds, and with clear values only."""

from collections.abc import Callable, Iterable, Iterator

from esspec.manifests.manifest import as_text
from esspec.manifests.yamlread import List, Map, Scalar, Unclear

# What an API server adds to an object that it is asked for; no policy means anything by it.
_OF_THE_SERVER = frozenset(
    {"uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "selfLink", "ownerReferences",
     "finalizers", "generateName", "deletionTimestamp", "deletionGracePeriodSeconds"}
)  # fmt: skip


def as_applied(body: Map, namespace: str) -> Map:
    """Return an object as it is applied, in `namespace` where it names none.

    Raises Refused where readers of YAML take a value for different things. Labels are left to who reads them.
    """
    applied = _copy(body, lambda key: key != "status")
    for where, text, line in _unclear([value for key, value in applied.items() if key != "metadata"]):
        as_text(text, line, where)
    metadata = body.get("metadata")
    if isinstance(metadata, Map):
        applied["metadata"] = kept = _copy(metadata, lambda key: key not in _OF_THE_SERVER)
        if namespace and not kept.get("namespace"):
            kept["namespace"] = namespace
    return applied


def _unclear(values: Iterable[Scalar | Map | List]) -> Iterator[tuple[str, Unclear, int]]:
    """Yield every unclear scalar in some values: what it is, itself, and its line."""
    ahead = [value for value in values if isinstance(value, Map | List)]
    while ahead:
        found = ahead.pop()
        entries: Iterable[tuple[str, Scalar | Map | List]]
        entries = found.items() if isinstance(found, Map) else (("an item", value) for value in found)
        for number, (what, value) in enumerate(entries):
            kind = type(value)  # most values are plain text, and there are many
            if kind is str:
                continue
            if isinstance(value, Map | List):
                ahead.append(value)
            elif isinstance(value, Unclear):
                yield what, value, found.lines[what] if isinstance(found, Map) else found.lines[number]


def _copy(body: Map, wanted: Callable[[str], bool]) -> Map:
    copy = Map(body.line)
    copy.update((key, value) for key, value in body.items() if wanted(key))
    copy.lines.update(body.lines)
    return copy

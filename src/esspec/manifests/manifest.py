"""Reading Kubernetes-style objects back: what the `lift` of such targets share. Nothing here writes.

An object is read strictly: an unknown field is refused, as the API server's strict validation refuses it, so
that nothing in a file is passed over.
"""

import ipaddress
import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple, NoReturn

from esspec.manifests.yamlread import List, Map, Scalar, Unclear, read_documents
from esspec.semantics.lifted import Key, Lifted, Policy, Reason, Refusal, Unreadable, Values, label, only

Data = Scalar | Map | List
ANNOTATION = "esspec/rules"
MAX_ANNOTATIONS = 256 * 1024
_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_VALUE = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?")


class Refused(Exception):
    """The API server or the controller would refuse this object, or ignore it as a whole."""

    def __init__(self, line: int, message: str) -> None:
        self.refusal = Refusal(line, message)
        super().__init__(f"{line}: {message}")


def refuse(line: int, message: str) -> NoReturn:
    """Raise Refused at a line of the text."""
    raise Refused(line, message)


def lift_objects(text: str, *, api_version: str, kind: str, read: Callable[[Map], Policy]) -> Lifted:
    """Return what all objects of `kind` in `text` say, each read by `read`.

    An object for which `read` raises Refused takes no effect and is reported as a refusal. Objects of another
    kind or version are refusals too, and so is the same object twice. Raises Unreadable for what is no YAML.
    """
    policies: list[Policy] = []
    reasons: list[Reason] = []
    refusals: list[Refusal] = []
    seen: set[tuple[str, str]] = set()
    for document in read_documents(text):
        try:
            body = as_map(document, 1, "document")
            found = (body.get("apiVersion"), body.get("kind"))
            if found != (api_version, kind):
                refuse(body.line, f"this is {found[1]} of {found[0]}, and {kind} of {api_version} is expected")
            name = identity(body)
            if name in seen:
                refuse(body.line, f"the object {'/'.join(filter(None, name))} stands here twice")
            seen.add(name)
            policy, carried = read(body), tuple(annotated_reasons(body))
            policies.append(policy)
            reasons += carried
        except Refused as refused:
            refusals.append(refused.refusal)
    return Lifted(tuple(policies), tuple(reasons), tuple(refusals))


def identity(body: Map) -> tuple[str, str]:
    """Return (namespace, name) of an object; the namespace is empty where none is written."""
    metadata = as_map(body.get("metadata"), body.line_of("metadata"), "metadata")
    namespace = metadata.get("namespace")
    return (
        "" if namespace is None else as_text(namespace, metadata.line_of("namespace"), "metadata.namespace"),
        as_text(metadata.get("name"), metadata.line_of("name"), "metadata.name"),
    )


class AnnotatedRule(NamedTuple):
    """One entry of the annotation `esspec/rules`: a rule's direction, its row's hash, and its reason."""

    direction: str
    row: str
    reason: str


def annotated_reasons(body: Map) -> Iterator[Reason]:
    """Yield the (row, reason) pairs of the annotation `esspec/rules`; none where there is no annotation."""
    return (Reason(rule.row, rule.reason) for rule in annotated_rules(body))


def annotated_rules(body: Map) -> Iterator[AnnotatedRule]:
    """Yield the entries of the annotation `esspec/rules`, in the order of the object's rules; none without it."""
    metadata = as_map(body["metadata"], body.line, "metadata")
    annotations = as_map(metadata.get("annotations") or Map(body.line), metadata.line, "annotations")
    if sum(len(k) + len(str(v).encode()) for k, v in annotations.items()) > MAX_ANNOTATIONS:
        refuse(annotations.line, f"the annotations are larger than {MAX_ANNOTATIONS} bytes")
    if ANNOTATION not in annotations:
        return
    import json  # noqa: PLC0415 - only objects of esspec's own have it

    line = annotations.line_of(ANNOTATION)
    try:
        entries = json.loads(as_text(annotations[ANNOTATION], line, ANNOTATION))
        for entry in entries:
            yield AnnotatedRule(str(entry.get("direction", "")), str(entry["row"]), str(entry["reason"]))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as broken:
        raise Unreadable(line, 1, f"the annotation {ANNOTATION} is not what esspec writes") from broken


def as_map(data: Data, line: int, what: str) -> Map:
    """Return `data` where it is a mapping, otherwise refuse."""
    return data if isinstance(data, Map) else refuse(line, f"{what} must be a mapping")


def as_list(data: Data, line: int, what: str) -> List:
    """Return `data` where it is a sequence, otherwise refuse."""
    return data if isinstance(data, List) else refuse(line, f"{what} must be a list")


def as_text(data: Data, line: int, what: str) -> str:
    """Return `data` where it is text, otherwise refuse: the API server takes no number or boolean for text."""
    if isinstance(data, Unclear):
        refuse(line, f"{what} '{data}' is read differently by YAML 1.1 and 1.2; quote it")
    return data if isinstance(data, str) else refuse(line, f"{what} must be text, and is {data!r}")


def as_int(data: Data, line: int, what: str) -> int:
    """Return `data` where it is a whole number, otherwise refuse."""
    if isinstance(data, int) and not isinstance(data, bool):
        return data
    refuse(line, f"{what} must be a whole number, and is {data!r}")


def known_fields(body: Map, allowed: Iterable[str], what: str) -> None:
    """Refuse a field that the kind does not have; the API server would drop it without a word."""
    for key in body:
        if key not in allowed:
            refuse(body.line_of(key), f"{what} has no field '{key}'")


def check_metadata(body: Map, *, namespaced: bool) -> tuple[str, str]:
    """Return (namespace, name), held to the API server's rules for names, labels and annotations.

    Sources: kubernetes/apimachinery pkg/util/validation/validation.go, pkg/api/validation/objectmeta.go.
    """
    metadata = as_map(body.get("metadata"), body.line_of("metadata"), "metadata")
    known_fields(metadata, ("name", "namespace", "labels", "annotations"), "metadata")
    namespace, name = identity(body)
    if not is_object_name(name):
        refuse(metadata.line_of("name"), f"'{name}' is no object name")
    if namespaced and not is_dns_label(namespace):
        refuse(metadata.line_of("namespace"), f"'{namespace}' is no namespace")
    if not namespaced and namespace:
        refuse(metadata.line_of("namespace"), "a cluster-wide object has no namespace")
    for field in ("labels", "annotations"):
        if metadata.get(field) is not None:
            entries = as_map(metadata[field], metadata.line_of(field), field)
            for key, value in entries.items():
                text = as_text(value, entries.line_of(key), f"{field} {key}")
                check_label(key, text if field == "labels" else "", entries.line_of(key))
    return namespace, name


def match_labels(selector: Map, what: str) -> Iterator[tuple[Key, Values]]:
    """Yield the requirements of a `matchLabels`; a selector without it requires nothing."""
    if selector.get("matchLabels") is None:
        return
    labels = as_map(selector["matchLabels"], selector.line_of("matchLabels"), f"{what}.matchLabels")
    for key, value in labels.items():
        line = labels.lines[key]
        text = value if type(value) is str else as_text(value, line, f"{what}.matchLabels.{key}")
        check_label(key, text, line)
        yield label(key), only(text)


def check_label(key: str, value: str, line: int) -> None:
    """Refuse a label that is not legal (kubernetes/apimachinery: pkg/util/validation/validation.go)."""
    as_text(key, line, "a label's key")
    if not _is_label_key(key):
        refuse(line, f"'{key}' is no label key")
    if value and not _is_label_value(value):
        refuse(line, f"'{value}' is no label value")


@lru_cache(maxsize=1 << 12)  # the same few labels stand in all the selectors of a cluster
def _is_label_key(key: str) -> bool:
    prefix, slash, name = key.rpartition("/")
    if slash and (len(prefix) > 253 or not all(_NAME.fullmatch(p) for p in prefix.split("."))):  # noqa: PLR2004
        return False
    return _is_label_value(name)


@lru_cache(maxsize=1 << 12)
def _is_label_value(value: str) -> bool:
    return len(value) <= 63 and bool(_VALUE.fullmatch(value))  # noqa: PLR2004


def is_object_name(text: str) -> bool:
    """Return whether `text` is a DNS subdomain, as most objects are named."""
    return len(text) <= 253 and all(_NAME.fullmatch(part) for part in text.split("."))  # noqa: PLR2004


def is_dns_label(text: str) -> bool:
    """Return whether `text` is a DNS label of at most 63 characters, as namespaces are named."""
    return len(text) <= 63 and bool(_NAME.fullmatch(text))  # noqa: PLR2004


def network(text: str, line: int) -> str:
    """Return a CIDR that is masked and canonical, otherwise refuse (StrictIPCIDRValidation)."""
    try:
        parsed = ipaddress.ip_network(text, strict=True)
    except ValueError:
        parsed = None
    if isinstance(parsed, ipaddress.IPv6Network) and (
        parsed.network_address.scope_id or parsed.network_address.ipv4_mapped
    ):  # one has no meaning in a CIDR, and the other is IPv4 to some readers; its canonical form is no matter of course
        refuse(line, f"'{text}' is read differently by different readers")
    if parsed is None or str(parsed) != text:
        refuse(line, f"'{text}' is no masked CIDR in canonical form")
    return text

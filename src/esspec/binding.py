"""The binding, `esspec.toml`: what a page cannot know, and the decisions it leaves open."""

import ipaddress
import re
import tomllib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
)

from esspec.model import FIRST_PORT, LAST_PORT, Direction, PortRange, Ports, Protocol, Role
from esspec.problem import InputProblems, PageProblems, Problem, error, in_order
from esspec.source import decode, read_bytes
from esspec.value import Value

FILE_NAME = "esspec.toml"
MAX_BYTES = 4 * 1024 * 1024

_DNS_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_QUALIFIED = rf"({_DNS_LABEL}(\.{_DNS_LABEL})*/)?[A-Za-z0-9]([-A-Za-z0-9_.]{{0,61}}[A-Za-z0-9])?"
_MAX_LABEL_PREFIX = 253
_BARE_KEY = re.compile(r"[\w-]+", re.ASCII)
Namespace = Annotated[str, Field(pattern=f"^{_DNS_LABEL}$", max_length=63)]
LabelValue = Annotated[str, Field(pattern=r"^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$", max_length=63)]
Text = Annotated[str, Field(min_length=1)]


def _label_key(text: str) -> str:
    """Return a label key whose prefix is short enough; its pattern cannot say so."""
    prefix, slash, _ = text.rpartition("/")
    if slash and len(prefix) > _MAX_LABEL_PREFIX:
        raise ValueError(f"what stands before the slash is longer than {_MAX_LABEL_PREFIX} characters")
    return text


LabelKey = Annotated[str, Field(pattern=f"^{_QUALIFIED}$"), AfterValidator(_label_key)]
Labels = dict[LabelKey, LabelValue]


def _canonical(text: str) -> str:
    """Return a CIDR as all targets take it: masked, canonical, with its prefix length."""
    try:
        network = ipaddress.ip_network(text, strict=True)
    except ValueError as bad:
        raise ValueError(f"'{text}' is no network address ({bad})") from None
    # Neither means one range of addresses to every reader of a CIDR.
    if isinstance(network, ipaddress.IPv6Network) and (
        network.network_address.scope_id or network.network_address.ipv4_mapped
    ):
        raise ValueError(f"'{text}' has a zone, or is an IPv4 address in IPv6 form")
    return str(network)


def _port_range(text: object) -> PortRange:
    """Return the interval for 8080 or "8000-8010"."""
    first, dash, last = str(text).partition("-")
    numbers = (first, last) if dash else (first, first)
    # TOML's true is an int to Python.
    if type(text) not in (int, str) or not all(n.isascii() and n.isdigit() and len(n) <= 5 for n in numbers):  # noqa: PLR2004
        raise ValueError(f"'{text}' is no port")
    low, high = map(int, numbers)
    if not FIRST_PORT <= low <= high <= LAST_PORT:
        raise ValueError(f"'{text}' is no port from {FIRST_PORT} to {LAST_PORT}, nor a range of such")
    return PortRange(first=low, last=high)


def _port_ranges(given: object) -> tuple[PortRange, ...]:
    if given == []:
        raise ValueError("no port is named")
    return tuple(map(_port_range, given if isinstance(given, list) else [given]))


def _ports_or_all(given: object) -> Ports:
    return "all" if given == "all" else _port_ranges(given)


Address = Annotated[str, AfterValidator(_canonical)]
_Numbers = int | str | Annotated[list[int | str], Field(min_length=1)]
PortNumbers = Annotated[tuple[PortRange, ...], BeforeValidator(_port_ranges, json_schema_input_type=_Numbers)]
"""A port, a range such as "8000-8010", or a list of such."""
PortNumbersOrAll = Annotated[Ports, BeforeValidator(_ports_or_all, json_schema_input_type=_Numbers)]
"""As PortNumbers, or "all"."""


class _Table(Value):
    model_config = ConfigDict(strict=True)


class WorkloadEntry(_Table):
    """`[workloads."Kafka pod"]`: the labels and names of one heading of the page, or of a peer it never describes."""

    labels: Labels = {}
    aliases: list[Text] = []
    namespace: Namespace | None = None
    namespaces: Literal["any"] | None = None
    inherit_labels: bool = True
    overlaps: list[Text] = []


class ExternalEntry(_Table):
    """`[externals."…"]`: the role of something that is no pod, and its addresses."""

    role: Annotated[Role, Field(strict=False)]
    addresses: list[Address] = []
    aliases: list[Text] = []
    cilium: Literal["all-nodes"] | None = None


class DnsPeer(_Table):
    """One group of pods that answers name queries."""

    namespace: Namespace
    labels: Annotated[Labels, Field(min_length=1)]


class DnsEntry(_Table):
    """`[dns]`: pods that every isolated egress may ask; UDP and TCP 53 unless `ports` says otherwise."""

    peers: Annotated[list[DnsPeer], Field(min_length=1)]
    ports: PortNumbers = ()
    reason: Text = "name resolution"

    @property
    def intervals(self) -> tuple[PortRange, ...]:
        """Return the port intervals, 53 where `ports` says nothing."""
        return self.ports or (PortRange(first=53, last=53),)


class OverrideEntry(_Table):
    """`[[overrides]]`: a decision about one row, which it names by its content."""

    workload: Text
    direction: Annotated[Direction, Field(strict=False)]
    row: Text
    reason: Text
    occurrence: Annotated[int, Field(ge=1)] | None = None
    peer: Text | None = None
    peers: Annotated[list[Text], Field(min_length=1)] | None = None
    ports: PortNumbersOrAll | None = None
    protocol: Annotated[Protocol, Field(strict=False)] | None = None

    @cached_property
    def peer_names(self) -> tuple[str, ...]:
        """Return the names that `peer` and `peers` give, none where the override leaves the peers alone."""
        return tuple([self.peer] if self.peer else []) + tuple(self.peers or [])


class BindingFile(_Table):
    """The whole file; see `esspec schema binding`."""

    namespace: Namespace | None = None
    labels: Labels = {}
    prefix: Annotated[str, Field(pattern=r"^([a-z0-9][-a-z0-9]*)?$", max_length=40)] = "esspec-"
    anywhere: Literal["everyone"] = "everyone"
    workloads: dict[Text, WorkloadEntry] = {}
    externals: dict[Text, ExternalEntry] = {}
    variables: dict[str, str] = {}
    dns: DnsEntry | None = None
    overrides: list[OverrideEntry] = []


class Binding:
    """A binding as read: its values, its name in outputs, and where its keys stand.

    `folder` is what pages are named relative to; `path` is what messages show.
    """

    def __init__(self, file: BindingFile, *, path: str, folder: Path | None, text: str = "") -> None:
        self.file, self.path, self.folder, self._text = file, path, folder, text
        self.name = Path(path).name if path else ""

    @cached_property
    def _lines(self) -> dict[tuple[str | int, ...], int]:
        from esspec.toml_lines import toml_lines  # noqa: PLC0415 - only findings and overrides need lines

        return toml_lines(self._text)

    def line(self, *keys: str | int) -> int:
        """Return the line of a key, or of the nearest table around it; 1 where nothing is found."""
        while keys:
            if keys in self._lines:
                return self._lines[keys]
            keys = keys[:-1]
        return 1

    def origin(self, *keys: str) -> str:
        """Return how a comment names a table of the binding, such as `esspec.toml [workloads."Kafka pod"]`."""
        quoted = [f'"{key}"' for key in keys[1:]]
        return f"{self.name} [{'.'.join([*keys[:1], *quoted])}]"

    def problem(self, code: str, keys: tuple[str | int, ...], message: str, remedy: str) -> Problem:
        """Return an error finding at a key of the binding."""
        return error(code, self.path, (self.line(*keys), 1), message, remedy)


NO_BINDING = Binding(BindingFile(), path="", folder=None)


def find_binding(page: Path) -> Path | None:
    """Return the nearest `esspec.toml` upward from the page's folder."""
    start = page.absolute().parent
    return next((at / FILE_NAME for at in (start, *start.parents) if (at / FILE_NAME).is_file()), None)


def read_binding(path: Path, shown: str) -> Binding:
    """Return the binding in a file.

    Raises InputProblems (exit 2) for what is no TOML, PageProblems (exit 1) for what is no binding; each
    finding names file, line and key.
    """
    text = decode(read_bytes(path, shown, MAX_BYTES), shown)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as broken:
        raise InputProblems([_not_toml(broken, shown, text)]) from None
    except ValueError as broken:  # a number of thousands of digits
        raise InputProblems([error("bad-toml", shown, (1, 1), f"this is no TOML: {broken}", "mend it")]) from None
    except RecursionError:
        raise InputProblems(
            [error("bad-toml", shown, (1, 1), "the file is nested too deeply", "write it flat")]
        ) from None
    try:
        file = BindingFile.model_validate(data)
    except ValidationError as invalid:
        unread = Binding(NO_BINDING.file, path=shown, folder=path.parent, text=text)
        raise PageProblems(in_order(tuple(_restated(unread, invalid)))) from None
    return Binding(file, path=shown, folder=path.absolute().parent, text=text)


def _not_toml(broken: tomllib.TOMLDecodeError, shown: str, text: str) -> Problem:
    message, _, place = str(broken).rpartition(" (at ")
    numbers = [int(word.strip(",)")) for word in place.split() if word.strip(",)").isdigit()]
    at = (numbers[0], numbers[1]) if len(numbers) == 2 else (text.count("\n") + 1, 1)  # noqa: PLR2004
    return error("bad-toml", shown, at, f"this is no TOML: {message or broken}", "mend the syntax")


def _restated(binding: Binding, invalid: ValidationError) -> Iterator[Problem]:
    for item in invalid.errors(include_url=False):
        keys = tuple(key for key in item["loc"] if key != "[key]")
        name = ".".join(str(k) if _BARE_KEY.fullmatch(str(k)) else f'"{k}"' for k in keys) or "the file"
        yield binding.problem(*_said(item, keys, name))


def _said(item: Any, keys: tuple[str | int, ...], name: str) -> tuple[str, tuple[str | int, ...], str, str]:
    if item["type"] == "extra_forbidden":
        return "unknown-key", keys, f"there is no key {name}", _near_key(keys)
    if item["type"] == "missing":
        return "missing-key", keys, f"the key {name} is missing", "add it"
    message = str(item["msg"]).removeprefix("Value error, ")
    if item["type"] == "string_pattern_mismatch":
        message = f"'{item['input']}' is not legal here"
    elif item["type"] in ("dict_type", "model_type"):
        message = "this must be a table"
    remedy = "see `esspec schema binding` for what may stand here"
    if keys[:1] == ("anywhere",):
        remedy = 'write "everyone", the only value so far'
    elif keys == ("overrides",):
        remedy = "write [[overrides]], in two brackets"
    elif keys[:1] == ("variables",) and isinstance(item["input"], dict):
        remedy = 'put the whole name in quotes, such as "site.data.reuse.host" = "…"'
    return "bad-value", keys, f"{name}: {message}", remedy


def _near_key(keys: tuple[str | int, ...]) -> str:
    import difflib  # noqa: PLC0415 - only a misspelt key needs it

    parent: Any = BindingFile
    tables = {
        "workloads": WorkloadEntry,
        "externals": ExternalEntry,
        "dns": DnsEntry,
        "overrides": OverrideEntry,
    }
    if len(keys) > 1:
        parent = DnsPeer if keys[:2] == ("dns", "peers") else tables.get(str(keys[0]), BindingFile)
    known = list(parent.model_fields)
    near = difflib.get_close_matches(str(keys[-1]), known, 1)
    return f"did you mean {near[0]}?" if near else f"known keys: {', '.join(known)}"

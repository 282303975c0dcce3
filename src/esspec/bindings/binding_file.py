"""The keys of the binding, `esspec.toml`, and what may stand behind each."""

import ipaddress
from functools import cached_property
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field

from esspec.model import PortRange, Ports
from esspec.reading.conditions import is_always, parse_condition
from esspec.terms import FIRST_PORT, LAST_PORT, Direction, Protocol, Role
from esspec.text.label_syntax import DNS_LABEL, LABEL_KEY, LABEL_VALUE, MAX_LABEL_PREFIX, MAX_LABEL_VALUE
from esspec.text.web_addresses import rules_address
from esspec.value import Value

Namespace = Annotated[str, Field(pattern=f"^{DNS_LABEL}$", max_length=63)]
LabelValue = Annotated[str, Field(pattern=f"^{LABEL_VALUE}$", max_length=MAX_LABEL_VALUE)]
Text = Annotated[str, Field(min_length=1)]


def _one_line(text: str) -> str:
    """Return a reason that every output can show: what does not print is refused, line breaks first of all."""
    odd = next((ch for ch in text if not ch.isprintable()), None)
    if odd:
        raise ValueError(f"a reason is one line of text, and this one holds U+{ord(odd):04X}")
    return text


Reason = Annotated[str, Field(min_length=1), AfterValidator(_one_line)]


def _label_key(text: str) -> str:
    """Return a label key whose prefix is short enough; its pattern cannot say so."""
    prefix, slash, _ = text.rpartition("/")
    if slash and len(prefix) > MAX_LABEL_PREFIX:
        raise ValueError(f"what stands before the slash is longer than {MAX_LABEL_PREFIX} characters")
    return text


LabelKey = Annotated[str, Field(pattern=f"^{LABEL_KEY}$"), AfterValidator(_label_key)]
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
    reason: Reason = "name resolution"

    @property
    def intervals(self) -> tuple[PortRange, ...]:
        """Return the port intervals, 53 where `ports` says nothing."""
        return self.ports or (PortRange(first=53, last=53),)


def _condition(text: str) -> str:
    """Return a condition that can be read."""
    if not is_always(text) and parse_condition(text) is None:
        raise ValueError(f"'{text}' is neither Always nor like 'If metrics are enabled'")
    return text


class OverrideEntry(_Table):
    """`[[overrides]]`: a decision about one row, which it names by its content."""

    workload: Text
    direction: Annotated[Direction, Field(strict=False)]
    row: Text
    reason: Reason
    occurrence: Annotated[int, Field(ge=1)] | None = None
    peer: Text | None = None
    peers: Annotated[list[Text], Field(min_length=1)] | None = None
    ports: PortNumbersOrAll | None = None
    protocol: Annotated[Protocol, Field(strict=False)] | None = None
    condition: Annotated[str, AfterValidator(_condition)] | None = None

    @cached_property
    def peer_names(self) -> tuple[str, ...]:
        """Return the names that `peer` and `peers` give, none where the override leaves the peers alone."""
        return tuple([self.peer] if self.peer else []) + tuple(self.peers or [])


class ProfileEntry(_Table):
    """`[profiles.NAME]`: a named set of features' states, over those of `[features]`."""

    features: dict[Text, str] = {}


class IgnoreEntry(_Table):
    """One entry of `[lint] ignore`: findings of one code, all of them or those about one row of a workload."""

    code: Text
    reason: Reason
    workload: Text | None = None
    row: Text | None = None


def _ignore_entry(given: object) -> object:
    """Return an entry for a code alone, which needs no reason; anything else is left to pydantic."""
    return IgnoreEntry(code=given, reason="ignored everywhere") if given and isinstance(given, str) else given


class LintEntry(_Table):
    """`[lint]`: which findings of `esspec lint` are known and accepted."""

    ignore: list[Annotated[IgnoreEntry, BeforeValidator(_ignore_entry, json_schema_input_type=Text | IgnoreEntry)]] = []


class CheckEntry(_Table):
    """`[check]`: the pages that `esspec check` looks at, and how; paths are relative to the file's folder.

    Pages may be patterns, such as `docs/**/*.md`, and behind `!` stand those to leave out.
    """

    pages: list[Text] = []
    output: Text | None = None
    targets: list[Text] = []
    data: list[Text] = []
    profile: Text | None = None
    rules_url: Annotated[str, AfterValidator(rules_address)] | None = None


class BindingFile(_Table):
    """The whole file; see `esspec schema binding`."""

    namespace: Namespace | None = None
    labels: Labels = {}
    empty_labels: list[LabelKey] = []
    prefix: Annotated[str, Field(pattern=r"^([a-z0-9][-a-z0-9]*)?$", max_length=40)] = "esspec-"
    anywhere: Literal["everyone"] = "everyone"
    workloads: dict[Text, WorkloadEntry] = {}
    externals: dict[Text, ExternalEntry] = {}
    variables: dict[str, str] = {}
    placeholders: dict[Text, str] = {}
    features: dict[Text, str] = {}
    profiles: dict[Text, ProfileEntry] = {}
    remarks: dict[Text, Reason] = {}
    ports: dict[Text, PortNumbers] = {}
    dns: DnsEntry | None = None
    overrides: list[OverrideEntry] = []
    lint: LintEntry = LintEntry()
    check: CheckEntry | None = None

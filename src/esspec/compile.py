"""From a page's text to the model that is exported: the steps in their order, and what must hold in between."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from esspec.binding import Binding, DnsPeer
from esspec.inline import InlineReader
from esspec.model import (
    AllowAll,
    Allowance,
    AllowNone,
    AllowOnly,
    Anyone,
    Direction,
    Dns,
    External,
    ExternalPeer,
    InstancePeer,
    Override,
    Peer,
    PolicySet,
    Protocol,
    Rule,
    Selector,
    Unspecified,
    Workload,
    WorkloadPeer,
)
from esspec.names import slug
from esspec.page import read_page
from esspec.problem import PageProblems, Problem, error, errors_in, in_order, warning
from esspec.resolution import Resolution, ResolvedPeer, ResolvedRule, resolve
from esspec.rows import RowReader, WrittenRule
from esspec.selectors import Selected, instance, select
from esspec.source import Source

if TYPE_CHECKING:
    from ipaddress import IPv4Network, IPv6Network

_UNSPECIFIED = Unspecified()
_ANYONE = Anyone()
_INSTANCE = InstancePeer()
_DNS_PORT = 53


class Reading(NamedTuple):
    """A page under a binding, with all that was found: `problems` are in the order of their places.

    `page_name` is what outputs call the page. `selected` has the workloads whose pods are known.
    """

    page_name: str
    resolution: Resolution
    selected: Mapping[str, Selected]
    problems: tuple[Problem, ...]


def read(source: Source, binding: Binding, page_name: str, variables: Mapping[str, str]) -> Reading:
    """Return what a page says under a binding. Nothing stops it: what is wrong is among the problems."""
    inline = InlineReader({**variables, **binding.file.variables})
    page = read_page(source, inline)
    rows = RowReader(source.path, inline)
    written = [rule for table in page.tables for rule in rows.read(table)]
    resolution = resolve(page, written, binding, rows.problems)
    selected, problems = select(source.path, resolution.names.described(), binding)
    problems += [p for rule in written for p in _not_yet(source.path, rule)]
    problems += _external_problems(binding)
    problems += _instance_problems(binding, resolution)
    problems += [_unused_variable(binding, name) for name in binding.file.variables if name not in inline.used]
    return Reading(page_name, resolution, selected, in_order([*resolution.problems, *problems]))


def compile_page(reading: Reading) -> PolicySet:
    """Return the model of a page that was read without errors. Raises PageProblems with all errors otherwise."""
    errors = errors_in(reading.problems)
    if errors:
        raise PageProblems(errors)
    resolution = reading.resolution
    binding = resolution.binding
    allowances = _allowances(resolution)
    return PolicySet(
        page=reading.page_name,
        binding=binding.name,
        title=resolution.page.title,
        prefix=binding.file.prefix,
        workloads=tuple(
            Workload(
                name=named.name,
                slug=slug(named.name),
                lines=named.lines,
                subject=reading.selected[named.name].subject,
                peer=reading.selected[named.name].peer,
                origin=binding.origin("workloads", named.entry or named.name),
                ingress=allowances.get((named.name, Direction.INGRESS), _UNSPECIFIED),
                egress=allowances.get((named.name, Direction.EGRESS), _UNSPECIFIED),
            )
            for named in resolution.names.described()
        ),
        externals=tuple(_externals(binding)),
        instance=instance(binding),
        dns=_dns(binding),
    )


def without_dns(policies: PolicySet) -> tuple[str, ...]:
    """Return the workloads whose egress is isolated and that may ask nobody on UDP 53, in the page's order."""
    if policies.dns:
        return ()
    return tuple(w.name for w in policies.workloads if not _resolves_names(w.egress))


def dns_warning(policies: PolicySet, path: str) -> tuple[Problem, ...]:
    """Return one warning that names the workloads left without name resolution; none if there are none."""
    names = without_dns(policies)
    if not names:
        return ()
    return (
        warning(
            "no-dns",
            path,
            (0, 0),
            f"{len(names)} workloads cannot resolve names: {', '.join(names)}",
            f"state it on the page, or add [dns] to {policies.binding}",
        ),
    )


def _resolves_names(egress: Allowance) -> bool:
    if not isinstance(egress, AllowOnly):
        return not isinstance(egress, AllowNone)
    return any(
        rule.protocol is Protocol.UDP
        and (rule.ports == "all" or any(r.first <= _DNS_PORT <= r.last for r in rule.ports))
        for rule in egress.rules
    )


def _allowances(resolution: Resolution) -> dict[tuple[str, Direction], Allowance]:
    found: dict[tuple[str, Direction], Allowance] = {}
    for name, statement in resolution.statements:
        said = AllowAll(line=statement.line) if statement.word == "any" else AllowNone(line=statement.line)
        found[name, statement.direction] = said
    rules: dict[tuple[str, Direction], list[Rule]] = defaultdict(list)
    for rule in resolution.rules:
        rules[rule.workload, rule.written.direction].append(_rule(rule))
    return found | {key: AllowOnly(rules=tuple(some)) for key, some in rules.items()}


def _rule(resolved: ResolvedRule) -> Rule:
    written = resolved.written
    if resolved.protocol is None or resolved.ports == "user-supplied":
        raise AssertionError("a row without protocol or ports is an error")
    return Rule(
        line=written.line,
        column=written.column,
        row=resolved.row,
        protocol=resolved.protocol,
        ports=resolved.ports if resolved.ports == "all" else tuple(dict.fromkeys(resolved.ports)),
        peers=tuple(dict.fromkeys(peer for found in resolved.peers for peer in _peers(found))),
        reason=written.reason,
        override=Override(**resolved.override._asdict()) if resolved.override else None,
    )


def _peers(found: ResolvedPeer) -> Iterator[Peer]:
    match found.kind:
        case "any":
            yield _ANYONE
        case "instance":
            yield _INSTANCE
        case "external" if found.external:
            yield ExternalPeer(external=found.external)
        case "workload" | "same":
            yield from (WorkloadPeer(workload=name) for name in found.workloads)
        case _:
            raise AssertionError("an unresolved peer is an error")


def _externals(binding: Binding) -> Iterator[External]:
    for name, entry in binding.file.externals.items():
        yield External(
            name=name,
            role=entry.role,
            addresses=tuple(entry.addresses),
            origin=binding.origin("externals", name),
            accepts=(("cilium", entry.cilium),) if entry.cilium else (),
        )


def _dns(binding: Binding) -> Dns | None:
    entry = binding.file.dns
    if entry is None:
        return None
    return Dns(
        peers=tuple(dict.fromkeys(_dns_peer(peer) for peer in entry.peers)),
        ports=tuple((protocol, r) for protocol in (Protocol.UDP, Protocol.TCP) for r in dict.fromkeys(entry.intervals)),
        reason=entry.reason,
        origin=f"{binding.name} [dns]",
    )


def _dns_peer(peer: DnsPeer) -> Selector:
    return Selector(namespace=peer.namespace, labels=tuple(sorted(peer.labels.items())))


def _external_problems(binding: Binding) -> Iterator[Problem]:
    from ipaddress import ip_network  # noqa: PLC0415 - only a binding with externals needs it

    networks = sorted(
        ((ip_network(a), name) for name, entry in binding.file.externals.items() for a in entry.addresses),
        key=lambda item: (item[0].version, int(item[0].network_address), item[0].prefixlen),
    )
    outer: tuple[IPv4Network | IPv6Network, str] | None = None
    for network, name in networks:
        if outer and outer[0].version == network.version and network.network_address in outer[0]:
            yield binding.problem(
                "overlapping-addresses",
                ("externals", name),
                f"{network} of '{name}' lies in {outer[0]} of '{outer[1]}'",
                "an address belongs to one external; cut the ranges apart",
            )
        else:
            outer = (network, name)
        if network.prefixlen == 0:
            yield _too_wide(binding, name, str(network))
    unnumbered: dict[str, str] = {}
    for name, entry in binding.file.externals.items():
        other = unnumbered.setdefault(entry.role, name) if not entry.addresses else name
        if other != name:
            yield binding.problem(
                "overlapping-addresses",
                ("externals", name),
                f"'{name}' and '{other}' are both {entry.role} without addresses, so nothing tells them apart",
                "give them addresses",
            )


def _not_yet(path: str, rule: WrittenRule) -> Iterator[Problem]:
    """Yield errors for what a row says beyond peers and ports: it must not be exported as if it said less."""
    for said, what, remedy in (
        (rule.condition, "condition", "export one page per state of the condition"),
        (rule.labels, "pod label", "write the labels into the binding and empty the cell"),
    ):
        if said:
            yield error(
                f"unread-{what.replace(' ', '-')}", path, (rule.line, 1), f"the {what} '{said}' is not read", remedy
            )


def _too_wide(binding: Binding, name: str, network: str) -> Problem:
    return warning(
        "wide-external",
        binding.path,
        (binding.line("externals", name), 1),
        f"{network} of '{name}' holds the pods and nodes too, and whether a target admits them there differs",
        'list the real ranges, or let an override say peer = "anyone"',
    )


def _instance_problems(binding: Binding, resolution: Resolution) -> Iterator[Problem]:
    if instance(binding) is not None:
        return
    uses: Iterable[ResolvedRule] = (r for r in resolution.rules if any(p.kind == "instance" for p in r.peers))
    for rule in uses:
        yield binding.problem(
            "no-instance",
            ("labels",),
            f"line {rule.written.line} of the page means every pod of the instance, and nothing says which those are",
            "write namespace and labels at the top of the binding",
        )


def _unused_variable(binding: Binding, name: str) -> Problem:
    return warning(
        "unused-entry",
        binding.path,
        (binding.line("variables", name), 1),
        f"nothing on the page uses the variable '{name}'",
        "correct its name, or delete it",
    )

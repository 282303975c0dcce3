"""Name resolution: what the binding's `[dns]` adds, and who is left without."""

from collections.abc import Iterable

from esspec.bindings.binding import FILE_NAME, Binding
from esspec.bindings.binding_file import DnsPeer
from esspec.compiling.features import Features
from esspec.compiling.resolved import Resolution, ResolvedRule
from esspec.model import Allowance, AllowNone, AllowOnly, Dns, PolicySet, Rule, Selector
from esspec.problem import Problem, warning
from esspec.terms import Direction, Protocol

_DNS_PORT = 53


def without_dns(policies: PolicySet) -> tuple[str, ...]:
    """Return the workloads whose egress is isolated and that may ask nobody on UDP 53, in the page's order."""
    if policies.dns:
        return ()
    return tuple(w.name for w in policies.workloads if not _resolves_names(w.egress))


def dns_warning(policies: PolicySet, path: str) -> tuple[Problem, ...]:
    """Return one warning that names the workloads left without name resolution; none if there are none."""
    return _warning(without_dns(policies), path, policies.binding)


def page_dns_warning(resolution: Resolution, features: Features) -> tuple[Problem, ...]:
    """Return the same warning about a page that may still have errors."""
    if resolution.binding.file.dns:
        return ()
    isolated: dict[str, list[ResolvedRule]] = {
        name: [] for name, said in resolution.statements if said.direction is Direction.EGRESS and said.word == "none"
    }
    for rule in resolution.rules:
        if rule.written.direction is Direction.EGRESS:
            rows = isolated.setdefault(rule.workload, [])
            rows += [rule] if features.holds(rule.condition) else []
    names = (named.name for named in resolution.names.described() if named.name in isolated)
    without = tuple(name for name in names if not _may_ask(isolated[name]))
    return _warning(without, resolution.page.path, resolution.binding.name or FILE_NAME)


def _warning(names: tuple[str, ...], path: str, binding: str) -> tuple[Problem, ...]:
    if not names:
        return ()
    who = "1 workload" if len(names) == 1 else f"{len(names)} workloads"
    message = f"{who} cannot resolve names: {', '.join(names)}"
    return (warning("no-dns", path, (0, 0), message, f"state it on the page, or add [dns] to {binding}"),)


def _resolves_names(egress: Allowance) -> bool:
    if not isinstance(egress, AllowOnly):
        return not isinstance(egress, AllowNone)
    return _may_ask(egress.rules)


def _may_ask(rules: Iterable[Rule | ResolvedRule]) -> bool:
    """Return whether a row permits UDP 53, or may do so because its ports are left to the user."""
    return any(
        rule.protocol is Protocol.UDP
        and (isinstance(rule.ports, str) or any(r.first <= _DNS_PORT <= r.last for r in rule.ports))
        for rule in rules
    )


def dns_of(binding: Binding) -> Dns | None:
    """Return what the binding adds for name resolution, None without a table `[dns]`."""
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

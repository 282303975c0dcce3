"""Name resolution: what the binding's `[dns]` adds, and who is left without."""

from esspec.binding import Binding
from esspec.binding_file import DnsPeer
from esspec.model import Allowance, AllowNone, AllowOnly, Dns, PolicySet, Protocol, Selector
from esspec.problem import Problem, warning

_DNS_PORT = 53


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

"""Externals of the binding: ends that are no pods, each address in one of them at most."""

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_network

from esspec.bindings.binding import Binding
from esspec.model import External
from esspec.problem import Problem, warning


def externals(binding: Binding) -> Iterator[External]:
    """Yield the externals of the binding, in its order."""
    for name, entry in binding.file.externals.items():
        yield External(
            name=name,
            role=entry.role,
            addresses=tuple(entry.addresses),
            origin=binding.origin("externals", name),
            accepts=(("cilium", entry.cilium),) if entry.cilium else (),
        )


def external_problems(binding: Binding) -> Iterator[Problem]:
    """Yield errors for addresses that two externals share, and warnings for ranges that hold the cluster too."""
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


def _too_wide(binding: Binding, name: str, network: str) -> Problem:
    return warning(
        "wide-external",
        binding.path,
        (binding.line("externals", name), 1),
        f"{network} of '{name}' holds the pods and nodes too, and whether a target admits them there differs",
        'list the real ranges, or let an override say peer = "anyone"',
    )

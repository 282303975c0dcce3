"""Whom a word means that somebody asks by: pods by any of their names, an external, an address, or everybody."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network, summarize_address_range
from typing import NamedTuple

from esspec.problem import InputProblems, error
from esspec.reading.spelling import fold, slug
from esspec.semantics.lifted import ANY_ROLE, NAMESPACE, Key, Outside, label
from esspec.semantics.naming import ROLES
from esspec.semantics.scenes import Scene
from esspec.semantics.views import KnownPods, View
from esspec.terms import Role

EVERYBODY = "*"
_ROLES = {words: role for role, words in ROLES.items() if role is not Role.OUTSIDE}
_SHOWN = 3
_LISTED = 20


class AskedEnd(NamedTuple):
    """Whom a word means: `pods` by their names, pods by `labels`, an external, addresses, a role, or everybody.

    `words` is what answers call it; the word itself where several are meant. With names and labels, only those of
    the names that have these labels.
    """

    words: str
    pods: tuple[str, ...] = ()
    labels: Mapping[Key, str] | None = None
    external: str = ""
    networks: tuple[str, ...] = ()
    role: Role | None = None
    everybody: bool = False

    def further(self) -> tuple[Outside, ...]:
        """Return the selectors by which ends must be cut, so that what is asked for is a set of classes."""
        if self.role:
            return (Outside(None, frozenset({self.role})),)
        return (Outside(self.networks, ANY_ROLE),) if self.networks else ()

    def named(self, scene: Scene) -> tuple[tuple[str, int], ...]:
        """Return the pods that are meant, by what answers call them, and their classes; of labels, who is like them."""
        if self.everybody:
            return scene.pods
        if self.labels is None:
            return tuple(found for found in scene.pods if found[0] in self.pods)
        number = scene.ends.pod(self.labels)
        alike = tuple(found for found in scene.pods if found[1] == number)
        return tuple(found for found in alike if found[0] in self.pods) or alike

    def subjects(self, scene: Scene) -> tuple[tuple[str, int], ...]:
        """Return the pods that are meant as ends of their own: labels alone are pods that nobody need have named."""
        if self.labels is None or self.pods:
            return self.named(scene)
        return ((self.words, scene.ends.pod(self.labels)),)

    def outside(self, scene: Scene) -> int:
        """Return the classes of ends outside that are meant, as bits."""
        if self.everybody:
            return scene.names.named_outside
        if self.external:
            return sum(1 << number for number, name in scene.names.outside.items() if name == self.external)
        return sum(scene.ends.mask(selector) for selector in self.further())


def asked_end(word: str, view: View, where: str) -> AskedEnd:
    """Return whom `word` means in a view. Raises InputProblems (exit 2) for nobody, and for one of several.

    `where` is what findings are about: the option or the question. A page folds names as it does in its cells.
    """
    name = word.strip()
    if name == EVERYBODY:
        return AskedEnd(name, everybody=True)
    found = _pods_called(name, view, where) or _pods_labelled(name, view, where) or _external_called(name, view)
    if found:
        return found
    networks = _networks(name, where)
    if networks:
        return AskedEnd(name, networks=networks)
    if name.lower() in _ROLES:
        return AskedEnd(name.lower(), role=_ROLES[name.lower()])
    on_node = next((pods for pods in view.on_nodes if name in (pods, *_shorter(pods))), None)
    if on_node:
        message = f"{on_node} uses the network of its node, and no policy applies to such pods"
        raise _refusal(message, "ask about nodes, which policies of others take them for", where)
    raise _refusal(_unknown(name), _remedy(name, view), where)


def is_called(name: str, view: View) -> bool:
    """Return whether pods or an external are called `name` in a view, in full or in short."""
    folded = fold(name)
    called = _names(view)
    return name in called or (view.page is not None and folded in called) or _external_called(name, view) is not None


def _pods_called(name: str, view: View, where: str) -> AskedEnd | None:
    called = _names(view)
    key = name if name in called or view.page is None else fold(name)
    found = tuple(called.get(key, ()))
    if len(found) > 1 and view.page is None:
        raise _refusal(f"'{name}' means several: {', '.join(found)}", "write one of these names in full", where)
    if found:
        apart = tuple(pods.apart for pods in view.pods if pods.name in found and pods.apart)
        return AskedEnd(found[0] if len(found) == 1 else name, found + apart)
    one = next((pods for pods in view.pods if name in (pods.apart, pods.apart.partition("/")[2])), None)
    return AskedEnd(one.apart, (one.apart, one.name), one.values) if one and name else None


def _pods_labelled(name: str, view: View, where: str) -> AskedEnd | None:
    """Return the pods that have exactly the labels of `[app=web,tier=a]`, with `ns/` before it in that namespace.

    Without it the namespace is the one that all pods of the view have, if it is one.
    """
    before, bracket, labels = name.partition("[")
    if not bracket or not labels.endswith("]") or (before and not before.endswith("/")) or "=" not in labels:
        return None
    values = {label(key.strip()): value.strip() for key, _, value in (e.partition("=") for e in labels[:-1].split(","))}
    namespaces = {before[:-1]} if before else {pods.values.get(NAMESPACE, "") for pods in view.pods}
    if len(namespaces) != 1:
        raise _refusal(f"'{name}' says no namespace", f"write NAMESPACE/{name}", where)
    return AskedEnd(name, labels={NAMESPACE: namespaces.pop(), **values})


def _names(view: View) -> Mapping[str, Mapping[str, None]]:
    """Return the names of pods by all that they may be called; what is nearer to the full name comes first."""
    called: dict[str, dict[str, None]] = defaultdict(dict)
    taken: set[str] = set()
    for names_of in (_full_names, _short_names, _aliases):
        for pods in view.pods:
            for name in names_of(pods, view):
                if name not in taken:
                    called[name][pods.name] = None
        taken = set(called)
    return called


def _full_names(pods: KnownPods, view: View) -> Iterator[str]:
    yield pods.name
    if view.page is not None and fold(pods.name) != pods.name:
        yield fold(pods.name)


def _short_names(pods: KnownPods, view: View) -> Iterator[str]:
    if view.page is not None:
        yield slug(pods.name)
        yield f"{pods.values.get(NAMESPACE, '')}/{slug(pods.name)}"
        return
    yield from _shorter(pods.name)


def _shorter(name: str) -> Iterator[str]:
    """Yield the shorter forms of a name in manifests, `namespace/name[Kind]`."""
    without_kind = name.partition("[")[0]
    yield without_kind
    yield name.partition("/")[2]
    yield without_kind.partition("/")[2]


def _aliases(pods: KnownPods, view: View) -> Iterator[str]:
    return map(fold, pods.aliases) if view.page is not None else iter(pods.aliases)


def _external_called(name: str, view: View) -> AskedEnd | None:
    found = next((e.name for e in view.externals if fold(e.name) == fold(name)), None)
    return AskedEnd(found, external=found) if found else None


def _networks(name: str, where: str) -> tuple[str, ...]:
    """Return the networks of an address, of a network, or of a range as answers show it; none for another word."""
    first, dash, last = name.partition("-")
    try:
        ends = (ip_address(first), ip_address(last)) if dash else None
        found: list[IPv4Network | IPv6Network] = list(summarize_address_range(*ends)) if ends else [_masked(name)]
    except (ValueError, TypeError):
        return ()
    if any(isinstance(network, IPv6Network) and network.network_address.ipv4_mapped for network in found):
        raise _refusal(f"'{name}' is IPv4 to some readers", "write the IPv4 address", where)
    if "/" in name and ip_address(name.partition("/")[0]) != found[0].network_address:
        raise _refusal(f"'{name}' has host bits", f"write {found[0]}, or the address alone", where)
    return tuple(map(str, found))


def _masked(name: str) -> IPv4Network | IPv6Network:
    return ip_network(name, strict=False)


def _refusal(message: str, remedy: str, where: str) -> InputProblems:
    return InputProblems([error("unknown-end", where, (0, 0), message, remedy)])


def _unknown(name: str) -> str:
    return f"'{name}' is no workload, no external and no address" if name else "an end has no name"


def _remedy(name: str, view: View) -> str:
    import difflib  # noqa: PLC0415 - only an unknown name needs it

    known = list(dict.fromkeys([*(pods.name for pods in view.pods), *(e.name for e in view.externals)]))
    keys = {key: next(iter(full)) for key, full in _names(view).items()} | {
        fold(e.name): e.name for e in view.externals
    }
    near = dict.fromkeys(keys[key] for key in difflib.get_close_matches(fold(name), keys, _SHOWN))
    if near:
        return f"did you mean: {', '.join(near)}?"
    more = f" and {len(known) - _LISTED} more" if len(known) > _LISTED else ""
    return (
        f"known are: {', '.join(known[:_LISTED])}{more}"
        if known
        else "nobody names pods; write NAMESPACE/[label=value], or an address"
    )

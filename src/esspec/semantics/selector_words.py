"""Selectors in words: as np-guard writes pods that nobody named, each requirement as kubectl takes it."""

from collections.abc import Mapping

from esspec.semantics.ends import NO_STAND_INS
from esspec.semantics.lifted import NAMESPACE, Key, Pods, Values, all_but, only


def selector_in_words(selector: Pods, stand_ins: Mapping[Key, tuple[str, ...]] = NO_STAND_INS) -> str:
    """Return a selector in words: `ns/[pod with {app=web}]`, or `[namespace with {env=a}]/[all pods]`.

    Of a number that stands for what pods may give a port's name (`stand_ins`) only the name is told.
    """
    namespace = "[all namespaces]"
    of_namespace: list[str] = []
    of_pod: list[str] = []
    for key, values in selector.where:
        if key == NAMESPACE:
            is_one = values.listed and len(values.items) == 1
            namespace = "".join(filter(None, values.items)) if is_one else f"[{_requirement(key, values)}]"
        elif key.kind == "namespace label":
            of_namespace.append(_requirement(key, values))
        elif key in stand_ins and values == only(*stand_ins[key]):
            of_pod.append(_requirement(key, all_but(None)))
        else:
            of_pod.append(_requirement(key, values))
    if of_namespace:  # beside it is only said that it is none of the namespaces whose labels are known
        namespace = f"[namespace with {{{','.join(of_namespace)}}}]"
    pods = f"[pod with {{{','.join(of_pod)}}}]" if of_pod else "[all pods]"
    return f"{namespace}/{pods}"


def _requirement(key: Key, values: Values) -> str:
    """Return what is asked of one key; a value that is not among some may be absent, as with `notin`."""
    name = f"port {key.name}" if key.kind == "port named" else key.name or key.kind
    named = sorted(value for value in values.items if value is not None)
    takes_absent = (None in values.items) is values.listed
    if not named:
        return f"!{name}" if takes_absent else name
    if not values.listed:
        return f"{name} notin ({','.join(named)})" if takes_absent else f"{name},{name} notin ({','.join(named)})"
    found = f"{name}={named[0]}" if len(named) == 1 else f"{name} in ({','.join(named)})"
    return f"{found} or !{name}" if takes_absent else found

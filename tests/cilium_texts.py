"""Words for the tests of the target cilium: objects as text, and what is read from them."""

from typing import Any

import yaml

from esspec.model import PolicySet
from esspec.semantics import lifted
from esspec.semantics.lifted import NAMESPACE, Grant, Outside, Peers, Pods, Ports, label, only
from esspec.terms import Role
from esspec_cilium import TARGET

OUTSIDE, SERVERS = frozenset({Role.OUTSIDE}), frozenset({Role.KUBE_APISERVER})
EVERY_SERVER = Outside(None, SERVERS)
EVERY_NODE = Outside(None, frozenset({Role.NODE, Role.KUBE_APISERVER}))
SOME_PODS = "fromEndpoints: [{}]"


def texts(policies: PolicySet) -> list[str]:
    """Return the text of every object."""
    return [TARGET.render(document) for document in TARGET.lower(policies)]


def text_of(policies: PolicySet) -> str:
    """Return the text of the only object."""
    (text,) = texts(policies)
    return text


def spec_of(policies: PolicySet) -> dict[str, Any]:
    """Return the spec of the only object, as another reader gives it."""
    spec: dict[str, Any] = yaml.safe_load(text_of(policies))["spec"]
    return spec


def document(spec: str, metadata: str = "name: esspec-x, namespace: event-streams") -> str:
    """Return a CiliumNetworkPolicy with its spec in line 4."""
    return f"apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {{{metadata}}}\nspec: {{{spec}}}\n"


def ingress(*items: str, subject: str = "{}") -> str:
    """Return a policy with these items of ingress, on lines 6 and following."""
    lines = "".join(f"    {{{item}}},\n" for item in items)
    return document(f"endpointSelector: {subject}, ingress: [\n\n{lines}]")


def policy(text: str) -> lifted.Policy:
    """Return the only policy, read without a refusal."""
    read = TARGET.lift(text)
    assert read.refusals == ()
    (found,) = read.policies
    return found


def grant(item: str) -> Grant:
    """Return what one item of ingress grants."""
    (found,) = policy(ingress(item)).ingress
    return found


def peers(item: str) -> tuple[Peers, ...]:
    """Return the peers of one item of ingress."""
    return grant(item).peers


def ports(port_rules: str) -> tuple[Ports, ...]:
    """Return the ports of an item with this `toPorts`."""
    return grant(f"{SOME_PODS}, toPorts: {port_rules}").ports


def refusal(text: str) -> str:
    """Return the message of the only refusal; nothing else may have been read."""
    read = TARGET.lift(text)
    assert read.policies == ()
    ((line, message),) = read.refusals
    assert line in range(1, text.count("\n") + 1)
    return message


def pods(namespace: str | None = "event-streams", **labels: str) -> Pods:
    """Return pods by labels, of one namespace or of every one."""
    where = [(label(key.replace("_", "-")), only(value)) for key, value in labels.items()]
    return lifted.pods([*where, *([(NAMESPACE, only(namespace))] if namespace else [])])

"""Words for the tests of the target kubernetes: objects as text, and what is read from them."""

from esspec.model import PolicySet
from esspec.semantics import lifted
from esspec.semantics.lifted import NAMESPACE, Pods, label, only
from esspec_kubernetes import TARGET


def texts(policies: PolicySet) -> list[str]:
    """Return the text of every object."""
    return [TARGET.render(document) for document in TARGET.lower(policies)]


def text_of(policies: PolicySet) -> str:
    """Return the text of the only object."""
    (text,) = texts(policies)
    return text


def document(spec: str, metadata: str = 'name: "esspec-x", namespace: "event-streams"') -> str:
    """Return a NetworkPolicy whose spec begins in line 4, as a flow mapping or as lines of two blanks."""
    head = f"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{{metadata}}}\n"
    return f"{head}spec: {{{spec}}}\n"


def ingress(rule: str) -> str:
    """Return a NetworkPolicy with one ingress rule."""
    return document(f"podSelector: {{}}, ingress: [{{{rule}}}]")


def policy(text: str) -> lifted.Policy:
    """Return the only policy, read without a refusal."""
    read = TARGET.lift(text)
    assert read.refusals == ()
    (found,) = read.policies
    return found


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

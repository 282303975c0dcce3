"""Words for the tests of the target calico: objects as text, and what is read from them."""

from esspec.model import PolicySet
from esspec.semantics import lifted
from esspec.semantics.lifted import NAMESPACE, Lifted, Pods, label, only
from esspec_calico import TARGET

POD = "projectcalico.org/orchestrator == 'k8s'"


def texts(policies: PolicySet) -> list[str]:
    """Return the text of every object."""
    return [TARGET.render(document) for document in TARGET.lower(policies)]


def text_of(policies: PolicySet) -> str:
    """Return the text of the only object."""
    (text,) = texts(policies)
    return text


def document(spec: str, name: str = "esspec-x") -> str:
    """Return a GlobalNetworkPolicy whose spec begins in line 5 with the subject's selector."""
    return (
        "apiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\n"
        f'metadata: {{name: "{name}"}}\nspec:\n  selector: "a == \'b\' && {POD}"\n{spec}'
    )


def source(fields: str) -> str:
    """Return the text of a policy with one ingress rule from this source, in line 8."""
    return document(f"  ingress:\n    - action: Allow\n      source: {{{fields}}}")


def refusal(text: str) -> tuple[int, str]:
    """Return line and message of the only refusal; nothing else may have been read."""
    read = TARGET.lift(text)
    assert read.policies == ()
    ((line, message),) = read.refusals
    return line, message


def policy(text: str) -> lifted.Policy:
    """Return the only policy, read without a refusal."""
    read = TARGET.lift(text)
    assert read.refusals == ()
    (found,) = read.policies
    return found


def pods(namespace: str | None = "event-streams", **labels: str) -> Pods:
    """Return pods by labels, of one namespace or of every one."""
    where = [(label(key.replace("_", "-")), only(value)) for key, value in labels.items()]
    return lifted.pods([*where, *([(NAMESPACE, only(namespace))] if namespace else [])])


def read_anything(text: str) -> Lifted | None:
    """Return what a text says, or None where it is unreadable."""
    try:
        return TARGET.lift(text)
    except lifted.Unreadable:
        return None

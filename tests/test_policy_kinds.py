"""Policy objects from anywhere, each read by the installed target that knows its kind."""

import subprocess
import sys

import pytest

from esspec.manifests.manifest import Refused
from esspec.manifests.policy_kinds import policy_reader
from esspec.manifests.yamlread import Map, read_documents
from esspec.targets.target import load_targets
from kubernetes_texts import document
from models import policy_set, rule, workload

KINDS = {
    "calico": ("projectcalico.org/v3", "GlobalNetworkPolicy"),
    "cilium": ("cilium.io/v2", "CiliumNetworkPolicy"),
    "kubernetes": ("networking.k8s.io/v1", "NetworkPolicy"),
}


def body(text: str) -> Map:
    """Return the only object in a text."""
    (found,) = read_documents(text)
    assert isinstance(found, Map)
    return found


@pytest.mark.parametrize("name", KINDS)
def test_an_object_says_what_its_text_says(name: str) -> None:
    """The reader of one object is the one by which the target reads its own files back."""
    (target,) = load_targets([name])
    policies = policy_set(workload("kafka", ingress=[rule("kafka")], egress=[rule("kafka", line=11)]))
    (text,) = [target.render(one) for one in target.lower(policies)]
    found = body(text)
    assert (found["apiVersion"], found["kind"]) == KINDS[name]
    reader = policy_reader(*KINDS[name])
    assert reader is not None
    assert reader(found, None) == target.lift(text).policies


@pytest.mark.parametrize("kind", [("v1", "Pod"), ("networking.k8s.io/v1", "Ingress"), ("cilium.io/v1", "X"), ("", "")])
def test_other_kinds_are_read_by_nobody(kind: tuple[str, str]) -> None:
    assert policy_reader(*kind) is None


def test_an_object_that_would_be_refused() -> None:
    reader = policy_reader(*KINDS["kubernetes"])
    assert reader is not None
    with pytest.raises(Refused, match=r"^5: port 0 is not in 1-65535$"):
        reader(body(document("podSelector: {}, ingress: [{\nports: [{port: 0}]}]")), None)


def test_two_packages_that_claim_an_api_group_stop() -> None:
    """Which of them is right is not guessed."""
    script = (
        "import esspec.manifests.policy_kinds as kinds\n"
        "from esspec.problem import InputProblems\n"
        "from esspec.manifests.published import Published\n"
        "kinds.published = lambda _: [Published('x.io', f'{name}:KINDS') for name in ('one', 'two')]\n"
        "try:\n    kinds.policy_reader('x.io/v1', 'A')\nexcept InputProblems as found:\n    print(found)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == (
        "x.io: error: x.io is read by several packages: one:KINDS, two:KINDS — uninstall all but one "
        "[kind-claimed-twice]\n"
    )


def test_only_what_is_asked_for_is_imported() -> None:
    """Whoever reads one kind of policy pays for no other, and not for writing any."""
    script = (
        "import sys\nfrom esspec.manifests.policy_kinds import policy_reader\n"
        "policy_reader('networking.k8s.io/v1', 'NetworkPolicy')\n"
        "print([name for name in sys.modules if name in ('pydantic', 'jinja2', 'esspec_calico')])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"

"""The reasons that objects of esspec's own carry reach list, explain and diff, also where one row is several rules."""

import json
from pathlib import Path

import pytest

from command_lines import esspec
from esspec.manifests.cluster import read_cluster
from esspec.manifests.manifest_files import ManifestText
from esspec.terms import Direction
from manifest_texts import policy

ROOT = Path(__file__).parent.parent
OUT = ROOT / "out"


def entries(*reasons: str) -> str:
    """Return the annotation of some rows about outgoing connections."""
    rows = [{"direction": "egress", "row": str(number), "reason": reason} for number, reason in enumerate(reasons)]
    return json.dumps(rows)


def reasons(text: str) -> list[str]:
    """Return the reason of each rule, in the order of the rules."""
    found = read_cluster([ManifestText("m.yaml", text)])
    lines = (
        dict.fromkeys(grant.line for each in found.policies for grant in each.policy.grants(direction))
        for direction in Direction
    )
    return [found.reasons.get(("m.yaml", line), "") for some in lines for line in some]


@pytest.mark.parametrize("target", ["kubernetes", "calico", "cilium"])
def test_every_rule_of_a_row_has_its_reason(target: str) -> None:
    """All but those of statements, which have none; compared with what people read over the rule."""
    for path in sorted(OUT.joinpath(target).glob("[!k]*.yaml")):
        text = path.read_text(encoding="utf-8")
        found = read_cluster([ManifestText(path.name, text)])
        lines = text.splitlines()
        for each in found.policies:
            for grant in (*each.policy.ingress, *each.policy.egress):
                at = grant.line - 2
                while lines[at - 1].lstrip().startswith("#"):
                    at -= 1
                told = lines[at].partition(": ")[2]
                assert found.reasons.get((path.name, grant.line), told if told in ("Any", "None") else "") == told


ITEM = "    - to: [{podSelector: {matchLabels: {app: %s}}}]\n"
HEAD = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
  annotations:
    esspec/rules: '%s'
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Egress]
  egress:
"""


def rules(*comments: str) -> str:
    """Return rules with a comment over each; empty for none."""
    return "".join((f"    # {comment}\n" if comment else "") + ITEM % f"a{n}" for n, comment in enumerate(comments))


@pytest.mark.parametrize(
    ("comments", "found"),
    [
        pytest.param(("p.md:1: one", "p.md:2: two"), ["one", "two"], id="one rule each"),
        pytest.param(("", ""), ["one", "two"], id="one rule each, without comments"),
        pytest.param(("p.md:1: one", "p.md:1: one", "p.md:2: two"), ["one", "one", "two"], id="two of the first"),
        pytest.param(("p.md:1: one", "p.md:2: two", "p.md:2: two"), ["one", "two", "two"], id="two of the second"),
        pytest.param(("p.md:1: one", "p.md:1:  one ", "p.md:2: two\n    # more"), ["one", "one", "two"], id="spaces"),
        pytest.param(("p.md:1: one", "p.md:1: one", ""), ["", "", ""], id="a comment is lost"),
        pytest.param(("", "", ""), ["", "", ""], id="all comments are lost"),
        pytest.param(("p.md:1: one", "p.md:2: two", "p.md:3: three"), ["", "", ""], id="more rows than entries"),
        pytest.param(("p.md:1: two", "p.md:1: two", "p.md:2: one"), ["", "", ""], id="other reasons"),
        pytest.param(("p.md:1: one", "p.md:2: two", "p.md:1: one"), ["", "", ""], id="apart"),
    ],
)
def test_which_rules_are_of_one_row(comments: tuple[str, ...], found: list[str]) -> None:
    """Where neither numbers nor comments say so, there is no reason rather than a wrong one."""
    text = HEAD % entries("one", "two") + rules(*comments)
    assert reasons(text) == found
    assert reasons(text.replace("\n", "\r\n")) == found


def test_a_rule_on_a_port_name_is_one_rule() -> None:
    """However many numbers it may mean."""
    rule = ITEM.rstrip().rstrip("\n") % "a"
    text = HEAD % entries("one") + f"{rule}\n      ports: [{{port: http}}, {{port: 80}}, {{port: web}}]\n"
    assert set(reasons(text)) == {"one"}


def test_objects_of_others_have_no_reasons() -> None:
    """Nothing is made of comments alone."""
    assert set(reasons(policy("egress: [{ports: [{port: 80}]}]"))) <= {""}


def test_a_difference_tells_the_reasons_of_calico_objects() -> None:
    """The page and the objects made from it give the same ones."""
    page = str(ROOT / "docs_source" / "network-policies.md")
    ran = esspec("diff", page, str(OUT / "calico"), "--reasons")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.endswith("equal: both allow the same flows\n")

"""The policy that the README shows is the page's; its commands are run with those of docs/, in test_docs."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_row_and_its_policy() -> None:
    """The policy that the README shows is a part of what the page compiles to."""
    row, policy, *_ = re.findall(r"```(?:markdown|yaml)\n(.*?)```", README, re.DOTALL)
    assert row.splitlines()[-1] in (ROOT / "docs_source" / "network-policies.md").read_text(encoding="utf-8")
    assert policy in (ROOT / "out" / "cilium" / "zookeeper.yaml").read_text(encoding="utf-8")

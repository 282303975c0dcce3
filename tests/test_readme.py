"""What the README shows is what the commands print."""

import re
import shutil
from pathlib import Path

import pytest

from command_lines import esspec

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONSOLE = re.findall(r"```console\n\$ esspec ([^\n]*)\n(.*?)```", README, re.DOTALL)


def matches(shown: str, printed: str) -> bool:
    """Return whether the printed text is the shown one, `...` standing for any lines."""
    pattern = ".*".join(re.escape(part) for part in shown.split("...\n"))
    return re.fullmatch(pattern, printed, re.DOTALL) is not None


@pytest.mark.parametrize(("command", "shown"), CONSOLE, ids=[command.split()[0] for command, _ in CONSOLE])
def test_console(command: str, shown: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command of the README prints what stands below it."""
    shutil.copytree(ROOT / "docs_source", tmp_path / "docs_source")
    if "--dir" in command:
        shutil.copytree(ROOT / "out", tmp_path / "out")
    monkeypatch.chdir(tmp_path)
    done = esspec(*command.split())
    assert matches(shown, done.err + done.out)


def test_the_row_and_its_policy() -> None:
    """The policy that the README shows is a part of what the page compiles to."""
    row, policy, *_ = re.findall(r"```(?:markdown|yaml)\n(.*?)```", README, re.DOTALL)
    assert row.splitlines()[-1] in (ROOT / "docs_source" / "network-policies.md").read_text(encoding="utf-8")
    assert policy in (ROOT / "out" / "cilium" / "zookeeper.yaml").read_text(encoding="utf-8")

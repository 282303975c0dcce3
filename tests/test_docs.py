"""Pages of documentation: every command on them prints what they show, and every link leads somewhere."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from command_lines import Ran
from doc_sessions import matches, printed_by, steps, write

ROOT = Path(__file__).parent.parent
PAGES = sorted([*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")])
SESSIONS = [page for page in PAGES if any(True for _ in steps(page.read_text(encoding="utf-8")))]
TASKS = re.findall(r"^\.PHONY: (\S+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def test_pages_have_sessions() -> None:
    """A fence that nobody knows would be one that nobody runs."""
    names = {page.name for page in SESSIONS}
    assert {"README.md", "docs-ci.md", "new-target.md", "proof.md", "questionnaires.md", "start.md"} == names


@pytest.mark.parametrize("page", SESSIONS, ids=lambda page: page.name)
def test_session(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a page shows is what its commands print, one after the other, beside our page if it speaks of that."""
    text = page.read_text(encoding="utf-8")
    if "docs_source/" in text:
        shutil.copytree(ROOT / "docs_source", tmp_path / "docs_source")
    monkeypatch.chdir(tmp_path)
    env = None
    before = Ran(0, "", "")
    for step in steps(text):
        if step.file:
            write(step)
            env = {"PYTHONPATH": str(tmp_path)} if step.file == "pyproject.toml" else env
        elif step.command.startswith("make "):
            assert step.command.split()[1] in TASKS
        else:
            before = printed_by(step.command, before, env)
            printed = list(shown_by(before))
            assert any(matches(step.text, each) for each in printed), (step.command, *printed)


def shown_by(ran: Ran) -> Iterator[str]:
    """Yield what a page may show: all, findings first; of a command that succeeds, the data alone will do."""
    out = ran.out.replace("\r\n", "\n")
    yield ran.err + out
    if ran.code == 0 and out:
        yield out


# Links


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@each_page
def test_links_lead_somewhere(page: Path) -> None:
    """To a file of this repository, and to a heading of it; no page needs another server."""
    text = re.sub(r"^```.*?^```$|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)]+)\)", text):
        file, _, anchor = target.partition("#")
        path = page.parent / file if file else page
        assert path.is_file(), target
        assert not anchor or anchor in anchors(path), target


def test_every_page_can_be_reached() -> None:
    """From docs/index.md, by links."""
    seen: set[Path] = set()
    ahead = [ROOT / "docs" / "index.md"]
    while ahead:
        page = ahead.pop()
        if page not in seen and page.suffix == ".md":
            seen.add(page)
            found = re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8"))
            ahead += [(page.parent / name).resolve() for name in found]
    assert set((ROOT / "docs").rglob("*.md")) <= seen

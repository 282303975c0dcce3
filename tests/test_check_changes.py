"""`esspec check` beside manifests and beside a revision in git."""

import shutil
from pathlib import Path

import pytest

import small_pages
from checking import SETTINGS, check, codes, put, put_page, text
from command_lines import Ran, esspec
from linting import BINDING
from repositories import commit, git, start

MORE = "TCP | UI pods to port 81 | b"
AT_OTHER_END = "| TCP | Kafka pods on port 80 | a |"


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):  # a hook of git's sets these, and may run the tests
        monkeypatch.delenv(name, raising=False)
    put_page()


def widen(port: int = 81) -> None:
    """Permit a further port at both ends, and write the files."""
    row = f"TCP | UI pods to port {port} | b"
    content = text(row).replace(AT_OTHER_END, f"{AT_OTHER_END}\n| TCP | Kafka pods on port {port} | b |")
    put("page.md", content)
    assert check("--fix").code == 0


# --against


def test_manifests_that_say_the_same() -> None:
    shutil.copytree("out/kubernetes", "deploy")
    assert check("--against", "deploy")[:2] == (0, "")


def test_documented_and_not_enforced() -> None:
    shutil.copytree("out/kubernetes", "deploy")
    widen()
    ran = check("--against", "deploy")
    assert (ran.code, codes(ran)) == (1, ["page.md:21 not-enforced"])
    assert ran.out.startswith(
        "page.md:21:1: error: UI pod -> Kafka pod: TCP 81 is documented, and not enforced (denied by deploy/"
    )
    assert ran.out.endswith(" — allow it in deploy, or delete it from the page [not-enforced]\n")


def test_enforced_and_not_documented() -> None:
    """At the line of the manifest that allows it."""
    before = Path("page.md").read_text(encoding="utf-8")
    widen()
    shutil.copytree("out/kubernetes", "deploy")
    put("page.md", before)
    ran = check("--fix", "--against", "deploy")
    assert (ran.code, [each.rpartition(":")[0] for each in codes(ran)]) == (1, ["deploy/ui.yaml"])
    assert " is enforced, and not documented" in ran.out
    assert ran.out.endswith(" — document it on the page, or take it out of deploy [not-documented]\n")


def test_manifests_on_standard_input() -> None:
    manifests = "---\n".join(path.read_text(encoding="utf-8") for path in sorted(Path("out/kubernetes").glob("*.yaml")))
    assert check("--against", "-", stdin=manifests.encode())[:2] == (0, "")


def test_known_differences() -> None:
    """A baseline can know them; a run without --against does not take them for fixed."""
    shutil.copytree("out/kubernetes", "deploy")
    widen()
    known = ("--baseline", "known.json")
    assert check("--against", "deploy", *known, "--update-baseline").code == 0
    assert check("--against", "deploy", *known).code == 0
    assert check(*known).code == 0
    put_page()
    assert codes(check("--against", "deploy", *known)) == ["known.json fixed-finding"]


def test_differences_that_were_not_looked_for_are_not_fixed() -> None:
    """A page with errors is compared with nothing, so nobody can tell; that is told, as a baseline may know them."""
    shutil.copytree("out/kubernetes", "deploy")
    widen()
    known = ("--baseline", "known.json")
    check("--against", "deploy", *known, "--update-baseline")
    put("page.md", text("TCP | Nobody to port 81 | b"))
    found = ["page.md files-not-checked", "page.md not-compared", "page.md:8 unknown-peer"]
    assert codes(check("--against", "deploy", *known)) == found
    check("--against", "deploy", *known, "--update-baseline")
    ran = check("--against", "deploy", *known)
    remedy = "mend the errors of the page, even if the baseline knows them"
    told = "page.md: error: the page has errors, so that it cannot be compared with the manifests of --against"
    assert (ran.code, f"{told} — {remedy} [not-compared]\n" in ran.out) == (1, True)


def test_pods_with_the_labels_of_one_side() -> None:
    """What differs for pods that nobody has named differs all the same."""
    shutil.copytree("out/kubernetes", "deploy")
    for path in Path("deploy").glob("*.yaml"):
        path.write_text(path.read_text(encoding="utf-8").replace("release: es", "release: other"), encoding="utf-8")
    ran = check("--against", "deploy")
    assert ran.code == 1
    assert {code.rpartition(" ")[2] for code in codes(ran)} <= {
        "not-enforced",
        "not-documented",
        "denied-elsewhere",
        "not-on-page",
    }


@pytest.mark.parametrize(
    ("manifests", "told"),
    [
        pytest.param(
            "page.md",
            "page.md: error: --against compares with manifests, and this is a page"
            " — name manifests, or use esspec diff [usage]\n",
            id="a page",
        ),
        pytest.param("gone.yaml", "gone.yaml: error: cannot be read: No such file", id="missing"),
    ],
)
def test_manifests_that_are_none(manifests: str, told: str) -> None:
    ran = check("--against", manifests)
    assert (ran.code, ran.out.startswith(told)) == (2, True)


# --since


def test_no_change() -> None:
    start()
    commit()
    assert check("--since", "HEAD", "--fail-on", "widening")[:2] == (0, "")


def test_widening() -> None:
    """It is a note, and an error where it is to fail."""
    start()
    commit()
    widen()
    told = (
        "page.md:21:1: {}: UI pod -> Kafka pod: TCP 81 is allowed, and was not at HEAD ({})"
        " — have it reviewed, or take it back [widened]\n"
    )
    note, error = check("--since", "HEAD"), check("--since", "HEAD", "--fail-on", "widening")
    assert (note.code, error.code, codes(note), codes(error)) == (0, 1, ["page.md:21 widened"], ["page.md:21 widened"])
    denied = note.out.partition("at HEAD (")[2].partition(")")[0]
    assert note.out == told.format("note", denied)
    assert error.out == told.format("error", denied)


def test_narrowing_never_fails() -> None:
    start()
    widen()
    commit()
    put_page()
    ran = check("--since", "HEAD", "--fail-on", "widening")
    assert (ran.code, codes(ran)) == (0, ["page.md narrowed"])
    assert " TCP 81 was allowed at HEAD, and is not any more" in ran.out


def test_binding_at_the_revision() -> None:
    """What the binding adds is a change, too: the page alone stays as it was."""
    start()
    commit()
    more = '[[overrides]]\nworkload = "Kafka pod"\ndirection = "ingress"\nrow = "TCP | UI pods to port 80 | a"\n'
    settings = Path("esspec.toml").read_text(encoding="utf-8").removeprefix(BINDING)
    put("esspec.toml", f'{BINDING}{more}peer = "anyone"\nreason = "r"\n{settings}')
    ran = check("--fix", "--since", "HEAD", "--fail-on", "widening")
    assert (ran.code, set(codes(ran)) >= {"page.md:7 widened"}) == (1, True)


def test_a_new_workload() -> None:
    """What changes only for pods with its labels has no two ends to name, and is told all the same."""
    put("page.md", small_pages.page())
    put("esspec.toml", small_pages.BINDING + SETTINGS)
    start()
    commit()
    said = "\n## REST pod\n\n- Incoming connections permitted: None\n- Outgoing connections permitted: None\n"
    put("page.md", small_pages.page("TCP | UI and REST pods to port 80 | why") + said)
    put("esspec.toml", small_pages.BINDING + '\n[workloads."REST pod"]\nlabels = { component = "rest" }\n' + SETTINGS)
    ran = check("--fix", "--since", "HEAD")
    assert "page.md narrowed" in codes(ran)
    assert "something was allowed at HEAD, and is not any more, for pods with the labels of one side only" in ran.out


def test_from_a_folder_of_the_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    start()
    commit()
    widen()
    Path("deep").mkdir()
    monkeypatch.chdir("deep")
    assert codes(check("--since", "HEAD")) == ["../page.md:21 widened"]


def test_new_page() -> None:
    """Nothing can be compared; a gate does not let it pass unseen, for a renamed page would widen freely."""
    start()
    commit()
    shutil.copy("page.md", "new.md")
    told = (
        "new.md: {}: the revision HEAD does not have this page, so that nothing can be compared — if it was renamed,"
        " run esspec diff HEAD:OLD.md new.md, with its old name; a new page is reviewed as a whole [new-page]\n"
    )
    ran, gate = check("new.md", "--since", "HEAD"), check("new.md", "--since", "HEAD", "--fail-on", "widening")
    assert (ran.code, told.format("note") in ran.out) == (0, True)
    assert (gate.code, told.format("error") in gate.out) == (1, True)


def test_page_that_had_errors() -> None:
    """The change that mends a page cannot be compared, and says so once."""
    start()
    content = Path("page.md").read_text(encoding="utf-8")
    put("page.md", text("TCP | Nobody to port 81 | b"))
    commit()
    put("page.md", content)
    note, error = check("--since", "HEAD"), check("--since", "HEAD", "--fail-on", "widening")
    assert (note.code, error.code, codes(note), codes(error)) == (
        0,
        1,
        ["page.md not-compared"],
        ["page.md not-compared"],
    )
    told = "page.md: note: the page, its binding or its data had errors at HEAD, so that nothing can be compared: HEAD:"
    assert note.out.startswith(told)


def test_page_that_has_errors() -> None:
    """They are told, once; there is nothing to compare."""
    start()
    commit()
    put("page.md", text("TCP | Nobody to port 81 | b"))
    assert codes(check("--since", "HEAD")) == ["page.md:8 unknown-peer"]


@pytest.mark.parametrize("is_there", [True, False], ids=["files", "no files"])
def test_known_errors_do_not_switch_the_gate_off(is_there: bool) -> None:  # noqa: FBT001 - a table
    """What stops a page may be known; that nothing could be compared is not."""
    start()
    put("page.md", text("TCP | Nobody to port 81 | b"))
    known = ("--baseline", "known.json")
    check(*known, "--update-baseline")
    commit()
    put("page.md", text("TCP | Nobody to port 81 | b").replace("UI pods to port 80", "Any"))
    if not is_there:
        shutil.rmtree("out")
    gate = check(*known, "--since", "HEAD", "--fail-on", "widening")
    remedy = "mend the errors of the page, even if the baseline knows them"
    told = f"page.md: error: the page has errors, so that it cannot be compared with HEAD — {remedy} [not-compared]\n"
    files = ["page.md files-not-checked"] if is_there else []
    assert (gate.code, told in gate.out) == (1, True)
    assert [each for each in codes(gate) if ":" not in each] == [*files, "page.md not-compared"]
    check(*known, "--since", "HEAD", "--fail-on", "widening", "--update-baseline")
    assert check(*known, "--since", "HEAD", "--fail-on", "widening").code == 1


def test_unknown_revision() -> None:
    start()
    commit()
    told = "v9: error: there is no revision 'v9' — git log and git tag show which there are [bad-revision]\n"
    assert check("--since", "v9")[:2] == (2, told)


@pytest.mark.parametrize("revision", ["-x", "--all", "HEAD:page.md", ":"])
def test_what_names_no_revision(revision: str) -> None:
    """It is refused before git is asked, which would take some of these for options."""
    start()
    commit()
    shown = revision.removesuffix(":")
    told = f"{shown}: error: this names no revision — name a commit, a branch or a tag, such as origin/main"
    assert check(f"--since={revision}")[:2] == (2, f"{told} [bad-revision]\n")


SHALLOW = "this clone is shallow; fetch the"


@pytest.mark.parametrize(
    ("revision", "how"),
    [
        pytest.param("HEAD~1", f"{SHALLOW} whole history with git fetch --unshallow", id="history"),
        pytest.param(
            "origin/main",
            f"{SHALLOW} branch with git fetch --depth=1 origin +refs/heads/main:refs/remotes/origin/main",
            id="a branch",
        ),
        pytest.param("", f"{SHALLOW} commit with git fetch --depth=1 origin ", id="a commit"),
    ],
)
def test_shallow_clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, revision: str, how: str) -> None:
    """As CI makes it, of one branch; the base has gone on, is not there, and comes by what the remedy says."""
    start()
    commit()
    git("switch", "--quiet", "-c", "feature")
    commit()
    git("switch", "--quiet", "main")
    put("more.txt", "more")
    base = commit()
    git("clone", "--quiet", "--depth=1", "--branch=feature", f"file://{tmp_path}", "clone")
    monkeypatch.chdir("clone")
    asked, how = revision or base, how if revision else how + base
    ran = check("--since", asked)
    assert ran.code == 2
    assert ran.out == f"{asked}: error: there is no revision '{asked}' — {how} [bad-revision]\n"
    git(*how.partition(" with git ")[2].split())
    assert check("--since", asked)[:2] == (0, "")


def test_repository_of_somebody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in containers of CI."""
    start()
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    here = Path.cwd()
    told = f"HEAD: error: git says: fatal: detected dubious ownership in repository at '{here}'"
    how = f" — run git config --global --add safe.directory {here} [bad-revision]\n"
    assert check("--since", "HEAD")[:2] == (2, told + how)


def test_no_repository() -> None:
    ran = check("--since", "HEAD")
    assert ran.code == 2
    assert ran.out.startswith("HEAD: error: git says: fatal: not a git repository")
    assert ran.out.endswith(" — run it inside the repository [bad-revision]\n")


def test_place_that_is_a_revision() -> None:
    """No colon is doubled where nothing stands behind it, which logs of CI would take for a command."""
    start()
    commit()
    told = "v9: error: there is no revision 'v9', and no file of this name — git log and git tag show which there are"
    assert esspec("diff", "v9:", "page.md") == Ran(2, "", f"{told} [bad-revision]\n")


def test_no_git(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "nowhere")
    told = "HEAD: error: there is no git to look for a revision — install git [bad-revision]\n"
    assert check("--since", "HEAD")[:2] == (2, told)


@pytest.mark.parametrize(
    ("binding", "told"),
    [
        pytest.param(None, "HEAD:./page.md: error: no esspec.toml stands in the page's folder", id="none"),
        pytest.param("[", "HEAD:esspec.toml:1:", id="no TOML"),
        pytest.param("x = 1", "HEAD:esspec.toml:1:1: error: there is no key x", id="unknown key"),
    ],
)
def test_binding_that_was_none(binding: str | None, told: str) -> None:
    """The commit that mends or adds a binding cannot be compared either; it is no fault of the clone."""
    start()
    content = Path("esspec.toml").read_text(encoding="utf-8")
    put("esspec.toml", binding or "")
    if binding is None:
        Path("esspec.toml").unlink()
    commit()
    put("esspec.toml", content)
    note, error = check("--since", "HEAD"), check("--since", "HEAD", "--fail-on", "widening")
    assert (note.code, error.code, codes(note)) == (0, 1, ["page.md not-compared"])
    assert told in note.out


def test_profile_that_is_new() -> None:
    """The former binding does not have the one that an option names."""
    start()
    commit()
    content = Path("esspec.toml").read_text(encoding="utf-8")
    put("esspec.toml", f"{content}[profiles.on.features]\n")
    ran = check("--profile", "on", "--since", "HEAD")
    assert (ran.code, codes(ran)) == (0, ["page.md not-compared"])

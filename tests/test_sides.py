"""From words to sides: a page, manifests, standard input, and what stood at a revision."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from command_lines import files
from esspec.answers.sides import Loaded, SideOptions, load_manifests, load_view, load_views
from esspec.problem import EsspecError, InputProblems, PageProblems
from repositories import commit, git, start
from small_pages import BINDING, ROW, page

POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: NAME}
spec: {podSelector: {}}
"""
DEFAULTS = SideOptions()


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):  # a hook of git's sets these, and may run the tests
        monkeypatch.delenv(name, raising=False)


def put(name: str, text: str) -> None:
    """Write a file, and the folders it needs."""
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text, encoding="utf-8")


def put_page(folder: str = ".", text: str = "", binding: str = BINDING) -> None:
    """Write page.md and its binding to a folder."""
    put(f"{folder}/page.md", text or page())
    put(f"{folder}/esspec.toml", binding)


def policy(name: str = "a") -> str:
    """Return a policy that denies all ingress of a namespace."""
    return POLICY.replace("NAME", name)


def names(side: Loaded) -> list[tuple[str, str]]:
    """Return the name and the file of each policy."""
    return [(sourced.policy.name, sourced.file) for sourced in side.view.policies]


def told(call: Callable[[], object]) -> tuple[int, list[str]]:
    """Return the exit code and the findings that a call raises."""
    with pytest.raises(EsspecError) as stopped:
        call()
    return stopped.value.exit_code, [str(problem) for problem in stopped.value.problems]


def test_a_page_is_known_by_its_suffix() -> None:
    put_page("docs")
    side = load_view("docs/page.md", DEFAULTS)
    assert (side.is_page, side.namespace, side.view.shown) == (True, "ns", "docs/page.md")
    assert names(side) == [("Kafka pod", "page.md"), ("UI pod", "page.md")]
    assert [pods.name for pods in side.view.pods] == ["Kafka pod", "UI pod"]


@pytest.mark.parametrize("name", ["page.markdown", "page.MD", "page.txt", "page"])
def test_other_pages(name: str) -> None:
    """Of another suffix, a text with a rule table is a page."""
    put_page()
    Path("page.md").rename(name)
    assert load_view(name, DEFAULTS).is_page


def test_what_shows_a_table_and_is_an_object() -> None:
    """A page in a ConfigMap is data of an object, whatever the file is called."""
    put("all.txt", f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata:\n  page: |\n{page()}")
    text = Path("all.txt").read_text(encoding="utf-8").replace("\n## ", "\n    ## ").replace("\n|", "\n    |")
    put("all.txt", text.replace("\n- ", "\n    - ") + f"---\n{policy()}")
    assert names(load_view("all.txt", DEFAULTS)) == [("a", "all.txt")]


def test_manifests_of_files_and_folders() -> None:
    """Folders are read with all that is in them, in order; hidden files, and those of other kinds, are not."""
    for name in ("b.yaml", "a/z.yml", "a/y/x.JSON", ".hidden.yaml", ".git/c.yaml", "a/readme.txt", "more.yaml"):
        put(f"deploy/{name}", policy(Path(name).stem.lower()))
    put("deploy/a/y/x.JSON", '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}}')
    side = load_view(["deploy", "deploy/b.yaml"], DEFAULTS)
    found = [("z", "deploy/a/z.yml"), ("b", "deploy/b.yaml"), ("more", "deploy/more.yaml")]
    assert names(side) == found
    assert (side.is_page, dict(side.skipped)) == (False, {"ConfigMap of v1": 1})
    assert side.view.shown == "deploy deploy/b.yaml"
    put("deploy/.hidden.yaml", policy())
    assert names(load_view("deploy/.hidden.yaml", DEFAULTS)) == [("a", "deploy/.hidden.yaml")]


def test_links_lead_to_each_folder_once() -> None:
    """A link to a folder around it is no endless way down, and one to a folder elsewhere is followed."""
    put("deploy/a.yaml", policy())
    put("elsewhere/b.yaml", policy("b"))
    Path("deploy/loop").symlink_to(Path("deploy").resolve())
    Path("deploy/other").symlink_to(Path("elsewhere").resolve())
    side = load_view("deploy", DEFAULTS)
    assert names(side) == [("a", "deploy/a.yaml"), ("b", "deploy/other/b.yaml")]


def test_standard_input() -> None:
    """It holds manifests, or a page where it is called so."""
    stdin = io.BytesIO(policy().encode())
    assert names(load_view("-", SideOptions(stdin=stdin))) == [("a", "-")]
    put_page()
    stdin = io.BytesIO(page().encode())
    side = load_view("-", SideOptions(stdin=stdin, stdin_filename="page.md"))
    assert (side.is_page, side.view.shown) == (True, "page.md")
    stdin = io.BytesIO(policy().encode())
    assert names(load_view("-", SideOptions(stdin=stdin, stdin_filename="x.yaml"))) == [("a", "x.yaml")]


def test_the_namespace_of_manifests() -> None:
    """It is the page's beside a page, whichever comes first, and the one that is asked for before all."""
    put_page()
    put("a.yaml", policy())
    for words, options, wanted in (
        (("a.yaml", "a.yaml"), DEFAULTS, "default"),
        (("page.md", "a.yaml"), DEFAULTS, "ns"),
        (("a.yaml", "page.md"), DEFAULTS, "ns"),
        (("page.md", "a.yaml"), SideOptions(namespace="x"), "x"),
    ):
        sides = load_views(*words, options)
        found = [str(dict(s.policy.subject.where)) for side in sides if not side.is_page for s in side.view.policies]
        assert all(f"'{wanted}'" in where for where in found)


def test_manifests_as_texts() -> None:
    put("a.yaml", policy())
    put_page()
    assert load_manifests("a.yaml", DEFAULTS) == (("a.yaml", policy()),)
    assert load_manifests("page.md", DEFAULTS) is None


def test_a_page_at_a_revision() -> None:
    """It is read under the binding that stood there, and called as it was."""
    start()
    put_page("docs", binding=BINDING.replace('"kafka"', '"broker"'))
    first = commit()
    put_page("docs", page(ROW, direction="egress"))
    for word in ("HEAD:docs/page.md", f"{first}:docs/page.md", "main:./docs/page.md"):
        side = load_view(word, DEFAULTS)
        assert (side.is_page, side.view.shown) == (True, word)
        assert names(side) == [("Kafka pod", "page.md"), ("UI pod", "page.md")]
        assert "'broker'" in str(side.view.pods[0].values)
    assert "'kafka'" in str(load_view("docs/page.md", DEFAULTS).view.pods[0].values)
    assert "'kafka'" in str(load_view("HEAD:docs/page.md", SideOptions(binding="docs/esspec.toml")).view.pods[0].values)


def test_the_binding_above_a_page_at_a_revision(monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths begin at the top of the repository, or with a dot in the working folder."""
    start()
    put("a/b/page.md", page())
    put("esspec.toml", BINDING)
    commit()
    Path("esspec.toml").unlink()
    monkeypatch.chdir("a")
    for word in ("HEAD:a/b/page.md", "HEAD:./b/page.md", "HEAD:b/../a/b/page.md"):
        assert names(load_view(word, DEFAULTS))[0] == ("Kafka pod", "a/b/page.md")
    assert told(lambda: load_view("b/page.md", DEFAULTS))[0] == 2


def test_manifests_at_a_revision() -> None:
    """A folder is read as it was, hidden files left out."""
    start()
    put("deploy/b.yaml", policy("b"))
    put("deploy/a/ü x.yaml", policy("x"))
    put("deploy/.hidden/c.yaml", policy("c"))
    put("deploy/readme.txt", "no manifest")
    commit()
    git("rm", "-r", "--quiet", "deploy")
    found = [("x", "HEAD:deploy/a/ü x.yaml"), ("b", "HEAD:deploy/b.yaml")]
    for word in ("HEAD:deploy", "HEAD:", "HEAD:deploy/", "HEAD:."):
        assert names(load_view(word, DEFAULTS)) == found
    assert names(load_view("HEAD:deploy/b.yaml", DEFAULTS)) == [("b", "HEAD:deploy/b.yaml")]
    assert files() == [file for file in files() if not file.startswith("deploy")]


def test_a_file_with_a_colon_in_its_name() -> None:
    """What is on disk wins, be there a repository or not."""
    start()
    put("HEAD:a.yaml", policy("disk"))
    put("a.yaml", policy("tree"))
    commit()
    assert names(load_view("HEAD:a.yaml", DEFAULTS)) == [("disk", "HEAD:a.yaml")]


@pytest.mark.parametrize(
    ("word", "wanted"),
    [
        pytest.param(
            "nope:page.md",
            "there is no revision 'nope', and no file of this name — git log and git tag show which there are",
            id="no such revision",
        ),
        pytest.param(
            "HEAD:nope.md",
            "the revision 'HEAD' has no 'nope.md' — paths begin at the top of the repository, or with ./",
            id="no such path",
        ),
        pytest.param(
            "HEAD:../x",
            "the revision 'HEAD' has no '../x' — paths begin at the top of the repository, or with ./",
            id="a path outside",
        ),
        pytest.param(
            "--output=x:page.md",
            "no revision stands before the colon — write it as HEAD~1:docs/page.md",
            id="an option of git's",
        ),
        pytest.param(
            ":page.md", "no revision stands before the colon — write it as HEAD~1:docs/page.md", id="no revision"
        ),
        pytest.param(
            "^HEAD:page.md",
            "there is no revision '^HEAD', and no file of this name — git log and git tag show which there are",
            id="a range",
        ),
    ],
)
def test_what_git_does_not_have(word: str, wanted: str) -> None:
    start()
    put_page()
    commit()
    assert told(lambda: load_view(word, DEFAULTS)) == (2, [f"{word}: error: {wanted} [bad-revision]"])
    assert files() == [file for file in files() if file.startswith(".git/") or file in ("esspec.toml", "page.md")]


def test_a_shallow_clone() -> None:
    """It says how to get what is not there."""
    Path("full").mkdir()
    git("init", "--quiet", "--initial-branch=main", folder=Path("full"))
    for text in ("one", "two"):
        put("full/a.txt", text)
        git("add", "--all", folder=Path("full"))
        git("commit", "--quiet", "--message=a step", folder=Path("full"))
    git("clone", "--quiet", "--depth=1", Path("full").resolve().as_uri(), "cut")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir("cut")
        code, found = told(lambda: load_view("HEAD~1:page.md", DEFAULTS))
    remedy = "this clone is shallow; fetch the whole history with git fetch --unshallow"
    message = "there is no revision 'HEAD~1', and no file of this name"
    assert (code, found) == (2, [f"HEAD~1:page.md: error: {message} — {remedy} [bad-revision]"])


def test_no_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(Path.cwd().parent))
    code, found = told(lambda: load_view("HEAD:page.md", DEFAULTS))
    message = "there is no file of this name, and git says: fatal: not a git repository"
    assert code == 2
    assert found[0].startswith(f"HEAD:page.md: error: {message}")


def test_no_git(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(Path.cwd()))
    message = "there is no file of this name, and no git to look for a revision"
    wanted = f"HEAD:page.md: error: {message} — name a file, or install git [bad-revision]"
    assert told(lambda: load_view("HEAD:page.md", DEFAULTS)) == (2, [wanted])


def test_links_at_a_revision() -> None:
    """One to a file of the same commit is that file; of all others nobody knows what they led to."""
    start()
    put("deploy/a.yaml", policy())
    put("page.md", page())
    put("esspec.toml", BINDING)
    Path("deploy/b.yaml").symlink_to("../other.yaml")
    Path("link.md").symlink_to("page.md")
    put("other.yaml", policy("b"))
    commit()
    assert names(load_view("HEAD:deploy", DEFAULTS)) == [("a", "HEAD:deploy/a.yaml"), ("b", "HEAD:deploy/b.yaml")]
    assert load_view("HEAD:link.md", DEFAULTS).is_page
    for target in ("gone.yaml", "/etc/hostname", "../deploy"):
        Path("deploy/b.yaml").unlink()
        Path("deploy/b.yaml").symlink_to(target)
        commit()
        message = "this is a link to no file, which is not read at a revision — check it out [not-a-file]"
        assert told(lambda: load_view("HEAD:deploy", DEFAULTS)) == (2, [f"HEAD:deploy/b.yaml: error: {message}"])


def test_a_broken_binding_at_a_revision() -> None:
    """It is named as it stood there, with its revision."""
    start()
    put_page("docs", binding="namespace =")
    commit()
    code, found = told(lambda: load_view("HEAD:docs/page.md", DEFAULTS))
    assert (code, found[0].split(": ")[:2]) == (2, ["HEAD:docs/esspec.toml:1:1", "error"])


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        pytest.param(
            ["page.md", "a.yaml"],
            "page.md: error: page.md is a page, and stands alone — "
            "name one page, or only manifests: files and folders of YAML or JSON [usage]",
            id="a page among manifests",
        ),
        pytest.param(
            ["-", "-"],
            "-: error: standard input can be read once — "
            "name one page, or only manifests: files and folders of YAML or JSON [usage]",
            id="standard input twice",
        ),
        pytest.param(
            ["empty"],
            "empty: error: no manifest is below this folder — "
            "name one that has files .yaml, .yml, .json [no-manifests]",
            id="a folder without manifests",
        ),
        pytest.param(
            ["nope"],
            "nope: error: cannot be read: No such file or directory — check the path and its permissions "
            "[unreadable-file]",
            id="no such file",
        ),
    ],
)
def test_what_no_side_can_be(words: list[str], wanted: str) -> None:
    put_page()
    put("a.yaml", policy())
    Path("empty").mkdir()
    assert told(lambda: load_view(words, SideOptions(stdin=io.BytesIO()))) == (2, [wanted])


def test_both_sides_are_standard_input() -> None:
    wanted = "-: error: standard input cannot be both sides — write one of them to a file [usage]"
    assert told(lambda: load_views("-", "-", DEFAULTS)) == (2, [wanted])


def test_limits() -> None:
    """They hold for each file, wherever it comes from."""
    start()
    put("a.yaml", policy())
    commit()
    options = SideOptions(io.BytesIO(policy().encode()), max_bytes=20)
    for word in ("a.yaml", ".", "HEAD:a.yaml", "HEAD:", "-"):
        code, found = told(lambda word=word: load_view(word, options))  # type: ignore[misc]
        name = "HEAD:a.yaml" if word == "HEAD:" else "a.yaml" if word == "." else word
        message = "the file is larger than 20 bytes — split it, or raise --max-bytes [too-large]"
        assert (code, found) == (2, [f"{name}: error: {message}"])


def test_errors_in_content_stop() -> None:
    """A page with errors, one without a binding, and an object that the API server would refuse."""
    put_page(text=page("TCP | Nobody to port 80 | why"))
    put("bad.yaml", policy("NO"))
    with pytest.raises(PageProblems):
        load_view("page.md", DEFAULTS)
    with pytest.raises(PageProblems):
        load_view("bad.yaml", DEFAULTS)
    Path("esspec.toml").unlink()
    with pytest.raises(InputProblems, match="esspec init"):
        load_view("page.md", DEFAULTS)


def test_an_object_that_is_gone() -> None:
    """A repository may lack what it should have; the file is then not read as empty."""
    start()
    put("a.yaml", policy())
    commit()
    name = git("rev-parse", "HEAD:a.yaml").strip()
    lost = Path(".git/objects", name[:2], name[2:])
    lost.chmod(0o600)
    lost.unlink()
    code, found = told(lambda: load_view("HEAD:", DEFAULTS))
    assert (code, found[0].split(": ")[:3]) == (2, ["HEAD:a.yaml", "error", "cannot be read"])

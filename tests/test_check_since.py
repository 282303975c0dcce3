"""`esspec check --since` where more than the page decides: data files, and workloads that are gone."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checking import SETTINGS, check, codes, put, put_page
from command_lines import esspec
from diffing import page_side
from esspec.answers.diff_answer import answer
from esspec.commands.check_changes import CheckedPage
from esspec.commands.check_since import changes_since
from esspec.problem import error
from linting import BINDING, KAFKA, UI, entries, section
from repositories import commit, start
from strategies import LABELS, Written, examples, pages

REST = "REST pod"
GATE = ("--fail-on", "widening")
BY_DATA = "TCP | UI pods to port {{site.data.reuse.port}} | b"
WITH_DATA = f'{SETTINGS}data = ["reuse.yml"]\n'


@pytest.fixture(autouse=True)
def _in_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    top = tmp_path / "top"
    top.mkdir()
    monkeypatch.chdir(top)
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    start()


def put_data(settings: str, path: str, content: str) -> None:
    """Write a page whose other end permits everything, its data, and their files."""
    put("page.md", section(KAFKA, [BY_DATA]) + section(UI))
    put("esspec.toml", BINDING + settings)
    put(path, content)
    assert check("--fix").code == 0


@pytest.mark.parametrize(
    ("settings", "path"),
    [
        pytest.param(WITH_DATA, "reuse.yml", id="a file"),
        pytest.param(f'{SETTINGS}data = ["_data"]\n', "_data/reuse.json", id="a folder"),
    ],
)
def test_a_change_of_data(settings: str, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It widens as a change of the page does, also seen from another folder."""
    put_data(settings, path, '{"port": "443"}')
    commit()
    put_data(settings, path, '{"port": "1-65535"}')
    ran = check("--since", "HEAD", *GATE)
    assert (ran.code, codes(ran)) == (1, ["page.md:15 widened"])
    assert "UI pod -> Kafka pod: TCP 1-442,444-65535 is allowed, and was not at HEAD" in ran.out
    data = path.partition("/")[0]
    assert esspec("diff", "HEAD:page.md", "page.md", "--data", data, "--only-widening").code == 1
    Path("deep").mkdir()
    monkeypatch.chdir("deep")
    assert codes(check("--since", "HEAD", *GATE)) == ["../page.md:15 widened"]
    assert esspec("diff", "HEAD:page.md", "HEAD:page.md", "--data", f"../{data}").code == 0


def test_data_that_were_not_there() -> None:
    """The page then had a variable without a value, so nothing can be compared."""
    put_data(WITH_DATA, "reuse.yml", "port: 443\n")
    Path("reuse.yml").rename("new.yml")
    commit()
    Path("new.yml").rename("reuse.yml")
    ran = check("--since", "HEAD", *GATE)
    assert (ran.code, codes(ran)) == (1, ["page.md not-compared"])
    told = (
        "page.md: error: the page, its binding or its data had errors at HEAD, so that nothing can be compared: HEAD:"
    )
    assert ran.out.startswith(told)
    diff = esspec("diff", "HEAD:page.md", "page.md", "--data", "reuse.yml")
    assert (diff.code, diff.out) == (2, "")
    assert "HEAD:page.md:7:" in diff.err


def test_data_that_nothing_needed_then() -> None:
    """Both states can be compared, and `esspec diff` notes which data there were not."""
    put_page(content=section(KAFKA, ["TCP | UI pods to port 80 | a"]) + section(UI))
    commit()
    put("reuse.yml", "port: 81")
    put("page.md", section(KAFKA, ["TCP | UI pods to port 80 | a", BY_DATA]) + section(UI))
    put("esspec.toml", BINDING + WITH_DATA)
    assert [each for each in codes(check("--since", "HEAD")) if "stale" not in each and "unequal" not in each] == [
        "page.md:16 widened"
    ]
    told = (
        "HEAD:page.md: note: the revision HEAD has no reuse.yml, so that its variables have no value there"
        " — nothing, if these data are new [no-former-data]\n"
    )
    assert told in esspec("diff", "HEAD:page.md", "page.md", "--data", "reuse.yml").err


def as_now(path: str) -> str:
    """Return what is to be said of a file that no revision has."""
    message = f"{path} is read as it is now: it is outside of the repository"
    return f"page.md: note: {message} — keep it in the repository, to have its changes compared [read-as-now]\n"


def test_data_outside_of_the_repository() -> None:
    put_data(f'{SETTINGS}data = ["../reuse.yml"]\n', "../reuse.yml", "port: 443\n")
    commit()
    assert check("--since", "HEAD", *GATE)[:2] == (0, as_now("../reuse.yml"))


def test_a_binding_that_is_named() -> None:
    """Its changes are seen as those of any other; it must have been there, and not outside."""
    put_page()
    put("named.toml", BINDING)

    def options(binding: str) -> tuple[str, ...]:
        return ("page.md", "--binding", binding, "-o", "out", "-t", "csv", "--since", "HEAD", *GATE)

    assert codes(check(*options("named.toml"))) == ["HEAD bad-revision"]
    commit()
    assert check(*options("named.toml"))[:2] == (0, "")
    put("named.toml", BINDING.replace("[dns]", "[dns]\nports = [54]"))
    assert {code.rpartition(" ")[2] for code in codes(check("--fix", *options("named.toml")))} == {
        "widened",
        "narrowed",
    }
    Path("named.toml").rename("other.toml")
    assert "page.md not-compared" in codes(check("--fix", *options("other.toml")))
    Path("other.toml").rename("../other.toml")
    assert as_now("../other.toml") in check("--fix", *options("../other.toml")).out


def test_a_workload_that_is_gone() -> None:
    """Its pods are open, which is told once, and nothing of it is called narrower."""
    rest = section(REST, ["TCP | UI pods to port 81 | a"], ["TCP | Anywhere on port 443 | a"])
    put("page.md", section(KAFKA) + section(UI) + rest)
    put("esspec.toml", entries(KAFKA, UI, REST) + SETTINGS)
    assert check("--fix").code == 0
    commit()
    put("page.md", section(KAFKA) + section(UI))
    put("esspec.toml", BINDING + SETTINGS)
    assert esspec("export", "page.md", "-t", "kubernetes", "-t", "csv", "-o", "out", "--allow-removal").code == 0
    told = (
        "page.md: error: pods of 'REST pod' were isolated at HEAD, and nothing isolates them now"
        " — have it reviewed, or say on the page again what is permitted [widened]\n"
    )
    assert check("--since", "HEAD", *GATE)[:2] == (1, told)
    assert esspec("diff", "HEAD:page.md", "page.md", "--only-widening").code == 1


def test_a_direction_that_is_gone() -> None:
    """It is told at the heading that still stands there."""
    put_page()
    commit()
    put(
        "page.md",
        section(KAFKA, ["TCP | UI pods to port 80 | a"]) + f"## {UI}\n\n- Incoming connections permitted: None\n",
    )
    ran = check("--since", "HEAD", *GATE)
    line = Path("page.md").read_text(encoding="utf-8").splitlines().index(f"## {UI}") + 1
    told = f"page.md:{line}:1: error: pods of 'UI pod' were isolated for outgoing connections at HEAD, and nothing"
    assert told in ran.out


def test_pods_with_labels_that_no_workload_has_now() -> None:
    """They are open, and only their labels say who they are."""
    put("page.md", section(KAFKA) + section(UI, "None", "None"))
    put("esspec.toml", BINDING + SETTINGS)
    assert check("--fix").code == 0
    commit()
    put("esspec.toml", BINDING.replace("c1", "c2") + SETTINGS)
    ran = check("--fix", "--since", "HEAD", *GATE)
    told = (
        "page.md: error: something is allowed, and was not at HEAD, for pods with the labels of one side only:"
        " UI pod: component=c1 in a, component=c2 in b; others with labels of one side only may do more and less in b"
        " — have it reviewed, or take it back [widened]\n"
    )
    assert (ran.code, ran.out.splitlines(keepends=True)[0]) == (1, told)


@given(pages(), pages(), st.sampled_from([*LABELS.values(), ""]))
@examples(50)
def test_a_gate_fails_where_something_is_opened(then: Written, now: Written, relabelled: str) -> None:
    """As `esspec diff --only-widening` does: also for workloads and directions of one page, and for other labels."""
    toml = now.toml().replace(f'component = "{relabelled}"', 'component = "new"')
    before, after = page_side(then), page_side(now, toml=toml)
    found = list(changes_since(before, after, CheckedPage("page.md", "page.md", "page.md"), "HEAD", error))
    wanted = answer(before, after, with_reasons=False)
    assert any(problem.code == "widened" for problem in found) == wanted.widens
    assert not (wanted.equal and found)

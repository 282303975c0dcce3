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


def put_metrics(more: str) -> None:
    """Write a page with a row that holds in a profile only, and its files."""
    rows = ["TCP | UI pods to port 80 | Always | a", "TCP | UI pods to port 81 | If metrics are enabled | a"]
    kafka = section(KAFKA, rows, header="Type | {} | Condition | Reason")
    features = '[features]\nmetrics = "disabled"\n[profiles.debug.features]\nmetrics = "enabled"\n'
    put("page.md", kafka + section(UI))
    put("esspec.toml", BINDING + features + more)
    assert check("--fix").code == 0


def test_a_profile_of_the_settings() -> None:
    """The page at the revision is read with the one that they named there; an option holds for both."""
    put_metrics(SETTINGS)
    commit()
    put_metrics(f'{SETTINGS}profile = "debug"\n')
    ran = check("--since", "HEAD", *GATE)
    assert (ran.code, codes(ran)) == (1, ["page.md:16 widened"])
    assert "UI pod -> Kafka pod: TCP 81 is allowed, and was not at HEAD" in ran.out
    assert check("--profile", "debug", "--since", "HEAD", *GATE)[:2] == (0, "")
    commit()
    put_metrics(SETTINGS)
    assert codes(check("--since", "HEAD", *GATE)) == ["page.md narrowed"]


PYPROJECT = SETTINGS.replace("[check]", "[tool.esspec]")


@pytest.mark.parametrize(
    ("project", "more"),
    [
        pytest.param(f'{PYPROJECT}profile = "debug"\n', "", id="in the same file"),
        pytest.param("", f'{SETTINGS}profile = "debug"\n', id="in another file"),
    ],
)
def test_a_profile_of_a_project(project: str, more: str) -> None:
    """Settings are found where they were: also where they stand in another file now."""
    put("pyproject.toml", PYPROJECT)
    put_metrics("")
    commit()
    put("pyproject.toml", project)
    put_metrics(more)
    assert codes(check("--since", "HEAD", *GATE)) == ["page.md:16 widened"]


def test_settings_that_are_new() -> None:
    """Nobody knows with which profile the page was read, so that it is today's."""
    put_metrics(SETTINGS)
    put("esspec.toml", Path("esspec.toml").read_text(encoding="utf-8").replace(SETTINGS, ""))
    commit()
    put_metrics(f'{SETTINGS}profile = "debug"\n')
    assert check("--since", "HEAD", *GATE)[:2] == (0, "")


@pytest.mark.parametrize("given", ["data = 1", "["], ids=["a bad value", "no TOML"])
def test_settings_that_were_none(given: str) -> None:
    """Nothing can be compared, which a gate takes for an error."""
    put("pyproject.toml", PYPROJECT)
    put_metrics("")
    put("pyproject.toml", PYPROJECT + given)
    commit()
    put("pyproject.toml", PYPROJECT)
    assert codes(check("--since", "HEAD", *GATE)) == ["page.md not-compared"]


def test_other_data_of_the_settings() -> None:
    """Those at the revision are the ones that the settings named there."""
    put("d2/reuse.yml", "port: 1-65535\n")
    put_data(f'{SETTINGS}data = ["d1"]\n', "d1/reuse.yml", "port: 443\n")
    commit()
    for named in ('["d2"]', '["d1", "d2"]'):
        put_data(f"{SETTINGS}data = {named}\n", "d1/reuse.yml", "port: 443\n")
        ran = check("--since", "HEAD", *GATE)
        assert (ran.code, codes(ran)) == (1, ["page.md:15 widened"])


def test_data_that_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the settings adapted nothing changed, also seen from another folder."""
    put_data(f'{SETTINGS}data = ["_data"]\n', "_data/reuse.yml", "port: 443\n")
    commit()
    Path("_data").rename("data")
    put_data(f'{SETTINGS}data = ["data"]\n', "data/reuse.yml", "port: 443\n")
    assert check("--since", "HEAD", *GATE)[:2] == (0, "")
    Path("deep").mkdir()
    monkeypatch.chdir("deep")
    assert check("--since", "HEAD", *GATE)[:2] == (0, "")


HOST = '[externals.{}]\nrole = "node"\naddresses = ["192.0.2.1"]\n'


def put_host(name: str, more: str) -> None:
    """Write a page on which a node may connect, and its files."""
    put("page.md", section(KAFKA, [f"TCP | {name} to port 80 | a"]) + section(UI))
    put("esspec.toml", BINDING + HOST.format(name) + more + SETTINGS)
    assert check("--fix").code == 0


def test_an_imprecision_that_is_newly_accepted() -> None:
    """No flow of the page says so, and the files of the target open more; another name alone is no change."""
    put_host("Host", "")
    commit()
    put_host("Host", 'cilium = "all-nodes"\n')
    told = (
        'cilium admits every node in place of \'Host\' (esspec.toml [externals."Host"]: cilium = "all-nodes"),'
        " which was not accepted at HEAD — have it reviewed, or take it back [widened]\n"
    )
    assert check("--since", "HEAD", *GATE)[:2] == (1, f"page.md: error: {told}")
    assert check("--since", "HEAD")[:2] == (0, f"page.md: note: {told}")
    commit()
    assert check("--since", "HEAD", *GATE)[:2] == (0, "")
    put_host("Machine", 'cilium = "all-nodes"\n')
    assert check("--since", "HEAD", *GATE)[:2] == (0, "")
    put_host("Machine", "")
    assert check("--since", "HEAD", *GATE)[:2] == (0, "")


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

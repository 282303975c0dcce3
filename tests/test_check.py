"""`esspec check` as users run it: which pages, what is found in one run, what is mended, and with which exit code."""

import json
import shutil
from pathlib import Path

import pytest

from checking import SETTINGS, check, codes, put, put_page, text
from command_lines import Ran, esspec, files
from linting import BINDING

CURRENT = "page.md: out is current; equal over 1,944 flow classes\n0 errors, 0 warnings, 0 notes\n"
NO_PAGE = (
    "check: error: no page is named, and no esspec.toml here, in a folder of this one or above it has [check]"
    ' — name pages, run it above their folder, or write [check] with pages = ["page.md"] into esspec.toml [usage]\n'
)
HOW = "run esspec check --fix"
NO_FOLDER = "no output folder is known"


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_all_is_well() -> None:
    put_page()
    assert check() == Ran(0, "", CURRENT)
    assert check("page.md") == Ran(0, "", CURRENT)


def test_all_findings_in_one_run() -> None:
    """Lint, a stale file, a missing one, one of somebody else, and files that mean something else."""
    put_page()
    put("page.md", text("TCP | UI pods to port 81 | b"))
    Path("out/csv/page.csv").unlink()
    put("out/kubernetes/mine.yaml", "{}\n")
    ran = check()
    assert (ran.code, codes(ran)) == (
        1,
        [
            "out/csv/page.csv stale-file",
            "out/kubernetes/kafka.yaml:12 stale-file",
            "out/kubernetes/mine.yaml stale-file",
            "out/kubernetes/ui.yaml:1 stale-file",
            "page.md:8 unequal",
            "page.md:8 one-sided",
        ],
    )


# What is found in files


def test_stale_file() -> None:
    put_page()
    put("page.md", "\n" + text())
    ran = check()
    assert ran.code == 1
    assert ran.out.splitlines()[0] == (
        f"out/csv/page.csv:2:1: error: from here on this is not what the page compiles to — {HOW} [stale-file]"
    )
    assert ran.err == "page.md: out is not current; equal over 1,944 flow classes\n3 errors, 0 warnings, 0 notes\n"


def test_no_files_yet() -> None:
    """Nothing was ever exported: the page is proved with fresh files, and the folder is the finding."""
    put_page()
    shutil.rmtree("out")
    told = f"out: error: there are no generated files of the page — {HOW} [stale-file]\n"
    said = "page.md: there is no out; fresh files are equal over 1,944 flow classes\n1 error, 0 warnings, 0 notes\n"
    assert check() == Ran(1, told, said)


@pytest.mark.parametrize(
    ("settings", "why", "how"),
    [
        pytest.param(
            "",
            "no folder is known for them",
            "write [check] with pages and output into esspec.toml, or name it with -o",
            id="no settings",
        ),
        pytest.param(
            '[check]\npages = ["page.md"]\n',
            "no folder is known for them",
            "set output in [check] of esspec.toml, or name it with -o",
            id="no output",
        ),
        pytest.param(
            '[check]\npages = ["other.md"]\noutput = "out"\n',
            "the page is not among the pages of [check] in esspec.toml",
            "add it there, or name the folder of its files with -o",
            id="another page",
        ),
    ],
)
def test_no_output_folder(settings: str, why: str, how: str) -> None:
    """Where no folder is known, fresh files are proved, and a warning says that no others were looked at."""
    put_page(more=settings)
    told = f"page.md: warning: its files were not checked: {why} — {how} [files-not-checked]\n"
    said = f"page.md: {NO_FOLDER}; fresh files are equal over 1,944 flow classes\n0 errors, 1 warning, 0 notes\n"
    words = ("page.md", "-t", "kubernetes", "-t", "csv")
    assert check(*words) == Ran(0, told, said)
    assert check(*words, "--fail-on", "warning").code == 1


def test_no_output_folder_in_pyproject() -> None:
    put_page(more="")
    put("pyproject.toml", '[tool.esspec]\npages = ["page.md"]\n')
    assert " — set output in [tool.esspec] of pyproject.toml, or name it with -o [files-not-checked]\n" in check().out


def test_unequal_files() -> None:
    """Files that are not what the page means are found by what they mean, too."""
    put_page()
    path = Path("out/kubernetes/kafka.yaml")
    path.write_text(path.read_text(encoding="utf-8").replace("port: 80", "port: 81"), encoding="utf-8")
    ran = check()
    assert codes(ran)[-1] == "page.md:7 unequal"
    assert ran.out.splitlines()[-1] == (
        "page.md:7:1: error: ingress of a pod with namespace=ns, dns=yes, release=es, component=c0 "
        "from a pod with namespace=ns, dns=yes, release=es, component=c1, TCP 80: page says allowed (page.md:7), "
        "kubernetes says denied (out/kubernetes/kafka.yaml:4 isolates it and no rule allows this), "
        "csv says allowed (out/csv/page.csv:2)"
        " — run esspec verify page.md --dir out --target kubernetes --target csv to see more [unequal]"
    )


def test_unreadable_file_stops_nothing_else() -> None:
    """The exit code is 2, and all other findings are there."""
    put_page()
    put("page.md", text("TCP | UI pods to port 81 | b"))
    put("out/kubernetes/kafka.yaml", "{")
    ran = check()
    assert ran.code == 2
    assert codes(ran) == [
        "out/csv/page.csv:2 stale-file",
        "out/kubernetes/kafka.yaml edited-file",
        "out/kubernetes/kafka.yaml:2 unreadable-output",
        "out/kubernetes/ui.yaml:1 stale-file",
        "page.md:8 one-sided",
    ]
    assert ran.err.startswith("page.md: its files could not be compared\n")


def test_page_with_errors() -> None:
    """Each is told once, and the files are not looked at: there is nothing to compare them with."""
    put_page()
    put("page.md", text("TCP | Nobody to port 81 | b"))
    ran = check()
    assert (ran.code, codes(ran)) == (1, ["page.md:8 unknown-peer"])
    assert ran.err.startswith("page.md: stopped by errors, so that its files are not looked at\n")


# --fix


def test_fix() -> None:
    put_page()
    put("page.md", "\n" + text())
    ran = check("--fix")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.splitlines()[0] == "wrote out/csv/page.csv"
    assert ran.err.endswith(CURRENT)
    assert check() == Ran(0, "", CURRENT)


def test_fix_writes_the_first_files() -> None:
    put_page()
    before = files()
    shutil.rmtree("out")
    assert check("--fix").code == 0
    assert files() == before


def test_fix_keeps_what_somebody_edited() -> None:
    put_page()
    put("out/kubernetes/kafka.yaml", "# mine\n")
    ran = check("--fix")
    assert (ran.code, codes(ran)[0]) == (1, "out/kubernetes/kafka.yaml edited-file")
    assert Path("out/kubernetes/kafka.yaml").read_text(encoding="utf-8") == "# mine\n"


def test_fix_takes_no_isolation_away() -> None:
    put_page()
    put("page.md", text().replace("- Incoming connections permitted: Any\n", ""))
    ran = check("--fix")
    assert ran.code == 1
    assert "out lost-isolation" in codes(ran)
    assert check().code == 1


def test_nothing_is_written_without_fix() -> None:
    put_page()
    put("page.md", "\n" + text())
    before = {name: Path(name).read_bytes() for name in files()}
    check()
    assert {name: Path(name).read_bytes() for name in files()} == before


# Which pages


def test_settings_one_folder_below() -> None:
    """As in a repository whose pages are in docs/."""
    put_page("docs")
    put_page("guides")
    put_page(".hidden")
    put("docs/more/esspec.toml", "not read")
    ran = check()
    assert ran.code == 0
    assert [line.partition(":")[0] for line in ran.err.splitlines()] == [
        "docs/page.md",
        "guides/page.md",
        "0 errors, 0 warnings, 0 notes",
    ]


def test_settings_above(monkeypatch: pytest.MonkeyPatch) -> None:
    put_page()
    Path("deep").mkdir()
    monkeypatch.chdir("deep")
    assert check().err.startswith("../page.md: ../out is current;")


def test_settings_here_and_below_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those further below are not looked for, and those above only where there are no others."""
    put_page()
    put_page("a")
    put_page("a/b")
    assert [line.partition(":")[0] for line in check().err.splitlines()[:-1]] == ["page.md", "a/page.md"]
    monkeypatch.chdir("a")
    assert check().err.startswith("page.md: ")
    Path("esspec.toml").write_text(BINDING, encoding="utf-8")
    assert check().err.startswith("b/page.md: ")
    Path("b/esspec.toml").unlink()
    assert check().err.startswith("../page.md: ")


def test_settings_in_pyproject() -> None:
    """They say the same; esspec.toml comes first."""
    put_page("docs", more="")
    put("pyproject.toml", '[tool.esspec]\npages = ["docs/page.md"]\noutput = "docs/out"\ntargets = ["kubernetes"]\n')
    assert check().err.startswith("docs/page.md: docs/out is current (not checked: csv);")
    assert check("docs/page.md").err.startswith("docs/page.md: docs/out is current (not checked: csv);")
    put("pyproject.toml", "[tool.other]\n")
    assert check() == Ran(2, "", NO_PAGE)


def test_settings_hold_for_the_pages_that_they_name() -> None:
    put_page()
    put("other.md", text())
    assert check("other.md").err.startswith(f"other.md: {NO_FOLDER};")
    assert check("page.md", "other.md").err.startswith("page.md: out is current;")


def test_options_win_over_settings() -> None:
    put_page()
    esspec("export", "page.md", "-t", "csv", "-o", "elsewhere")
    assert check("-o", "elsewhere", "-t", "csv").err.startswith("page.md: elsewhere is current;")
    assert check("-t", "csv").err.startswith("page.md: out is current (not checked: kubernetes);")


def test_several_pages_have_a_folder_each() -> None:
    """As in an export of several pages."""
    put("page.md", text())
    put("other.md", text())
    put("esspec.toml", BINDING + SETTINGS.replace('"page.md"', '"page.md", "other.md"').replace('"kubernetes", ', ""))
    assert esspec("export", "page.md", "other.md", "-t", "csv", "-o", "out").code == 0
    said = "page.md: out/page is current; equal over 1,944 flow classes\n"
    assert (
        check().err
        == f"{said}other.md: out/other is current; equal over 1,944 flow classes\n" + CURRENT.splitlines()[1] + "\n"
    )
    assert check("page.md").err == said + CURRENT.splitlines()[1] + "\n"


def test_profile_and_data_of_the_settings() -> None:
    put_page(more=SETTINGS + 'profile = "on"\ndata = ["data.yml"]\n')
    put("data.yml", "who: UI pods\n")
    put("page.md", text().replace("UI pods to", "{{ site.data.data.who }} to"))
    ran = check("--fix")
    assert ran.out.startswith("esspec.toml: error: esspec.toml has no profile 'on' — ")
    assert check("--profile", "off").out.startswith("--profile: error: esspec.toml has no profile 'off' — ")
    put("esspec.toml", BINDING + SETTINGS + 'data = ["data.yml"]\n')
    assert check("--fix").code == 0


def test_standard_input() -> None:
    """As an editor runs it, on text that is not saved yet."""
    put_page()
    changed = text("TCP | UI pods to port 81 | b").encode()
    ran = check("-", "--stdin-filename", "page.md", stdin=changed)
    assert "page.md:8 one-sided" in codes(ran)
    shown = esspec("check", "-", "--stdin-filename", "page.md", stdin=changed).out
    assert "\n    8 | | TCP | UI pods to port 81 | b |\n" in shown


@pytest.mark.parametrize(
    ("settings", "code", "told"),
    [
        pytest.param(None, 2, NO_PAGE, id="no settings"),
        pytest.param(
            "[check]\n",
            2,
            "esspec.toml: error: no page is named, neither here nor on the command line"
            ' — write pages = ["page.md"] [usage]\n',
            id="no pages",
        ),
        pytest.param(
            '[check]\npage = "page.md"\n',
            1,
            "esspec.toml:10:1: error: there is no key check.page — did you mean pages? [unknown-key]\n",
            id="unknown key",
        ),
        pytest.param(
            "[check]\npages = 3\n",
            1,
            "esspec.toml:10:1: error: check.pages: Input should be a valid list"
            " — see `esspec schema binding` for what may stand here [bad-value]\n",
            id="bad value",
        ),
        pytest.param("[check\n", 2, "esspec.toml:9:7: error: this is no TOML: ", id="no TOML"),
    ],
)
def test_bad_settings(settings: str | None, code: int, told: str) -> None:
    put("page.md", text())
    put("esspec.toml", BINDING + ("" if settings is None else settings))
    ran = check()
    assert (ran.code, ran.out) == (code, "")
    assert ran.err.startswith(told)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        pytest.param(
            "page = 3",
            "there is no key tool.esspec.page"
            " — known keys: pages, output, targets, data, profile, rules_url [unknown-key]",
            id="unknown key",
        ),
        pytest.param(
            "pages = 3",
            "tool.esspec.pages: Input should be a valid list"
            " — see `esspec schema binding` for what may stand in [check] [bad-value]",
            id="bad value",
        ),
    ],
)
def test_bad_settings_in_pyproject(settings: str, told: str) -> None:
    put("pyproject.toml", f"[tool.esspec]\n{settings}\n")
    assert check() == Ran(1, "", f"pyproject.toml:2:1: error: {told}\n")


def test_missing_page() -> None:
    """It is one of the findings, beside those of the others."""
    put_page()
    told = (
        "gone.md: error: cannot be read: No such file or directory"
        " — check the path and its permissions [unreadable-file]\n"
    )
    ran = check("gone.md", "page.md")
    assert ran == Ran(2, told, CURRENT.replace("0 errors", "1 error"))


def test_page_without_binding() -> None:
    put("page.md", text())
    ran = check("page.md")
    assert (ran.code, codes(ran)) == (2, ["page.md files-not-checked", "page.md no-binding", "page.md no-dns"])


# Findings


def test_exit_code_by_level() -> None:
    put_page()
    put("page.md", text().replace("UI pods", "ui pods"))
    check("--fix")
    assert [check(*more).code for more in ((), ("--fail-on", "warning"), ("--fail-on", "note"))] == [0, 0, 1]
    assert check("--fail-on", "note", "--fail-on", "error").code == 1


def test_formats() -> None:
    """Findings go where they are asked for; what was done is told beside them."""
    put_page()
    put("page.md", "\n" + text())
    ran = esspec("check", "--format", "json", "--format", "gitlab=report.json")
    assert {found["code"] for found in json.loads(ran.out)["findings"]} == {"stale-file"}
    assert len(json.loads(Path("report.json").read_text(encoding="utf-8"))) == 3
    assert ran.err.count("\n") == 2


def test_report_over_a_page() -> None:
    put_page()
    ran = esspec("check", "--format", "md=page.md")
    told = "the report would overwrite page.md, which is read — name another file"
    assert ran == Ran(2, "", f"--format: error: {told} [usage]\n")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        pytest.param(
            ("--update-baseline",),
            "--update-baseline: error: no baseline is named — add --baseline FILE [usage]\n",
            id="no baseline to update",
        ),
        pytest.param(
            ("--fail-on", "widening"),
            "--fail-on: error: widening is a change, and no revision to compare with is named"
            " — add --since REV [usage]\n",
            id="widening since when",
        ),
        pytest.param(
            ("-t", "cobol"),
            "cobol: error: no target 'cobol' is installed — ",
            id="unknown target",
        ),
    ],
)
def test_options_that_cannot_be(arguments: tuple[str, ...], told: str) -> None:
    put_page()
    ran = check(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(told)


def test_unknown_target_in_settings() -> None:
    """It is corrected where it stands."""
    put_page()
    put("esspec.toml", Path("esspec.toml").read_text(encoding="utf-8").replace('"csv"', '"cobol"'))
    ran = check()
    assert (ran.code, ran.err.startswith("esspec.toml: error: no target 'cobol' is installed — ")) == (2, True)

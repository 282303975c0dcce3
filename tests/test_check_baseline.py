"""`esspec check --baseline`: what is known passes, what is new fails, what is fixed has to go."""

import json
import shutil
from pathlib import Path

import pytest

from checking import check, codes, put, put_page, text
from command_lines import Ran, files

NEW = "TCP | UI pods to port 81 | b"
NEXT = "TCP | UI pods to port 82 | c"
NODE = '\n[externals.host]\nrole = "node"\naddresses = ["192.0.2.1"]\n'
HOST = (
    "Outgoing connections permitted:\n\n| Type | Destination | Reason |\n|---|---|---|\n| TCP | host on port 9100 | a |"
)
USE = ("--baseline", "known.json")
UPDATE = (*USE, "--update-baseline")


@pytest.fixture(autouse=True)
def _adopted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page with one finding, which the baseline knows."""
    monkeypatch.chdir(tmp_path)
    put_page(content=text(NEW))
    assert check().code == 1
    assert check(*UPDATE).code == 0


def known() -> list[dict[str, str]]:
    """Return what the baseline holds."""
    found: list[dict[str, str]] = json.loads(Path("known.json").read_text(encoding="utf-8"))["findings"]
    return found


def rewrite(*rows: str, before: str = "") -> None:
    """Write the page with other rows, and its files."""
    put("page.md", before + text(*rows))
    check(*USE, "--fix")


def test_known_findings_pass() -> None:
    ran = check(*USE)
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.endswith("\n0 errors, 0 warnings, 0 notes, 1 known\n")


def test_file() -> None:
    """It is sorted, and the same however often it is written."""
    content = Path("known.json").read_bytes()
    assert json.loads(content) == {
        "schema": "esspec/baseline/1",
        "findings": [
            {
                "path": "page.md",
                "code": "one-sided",
                "message": known()[0]["message"],
                "fingerprint": known()[0]["fingerprint"],
            }
        ],
    }
    assert check(*UPDATE).code == 0
    assert Path("known.json").read_bytes() == content


def test_moved_lines_are_known() -> None:
    """And so are columns of another width."""
    rewrite(NEW.replace(" | ", "   |  "), before="\n\nSome words.\n\n")
    assert check(*USE).code == 0


def test_messages_stay_as_they_were_recorded() -> None:
    """What is fixed is told with the lines that it named then, by which people know it again."""
    row = "TCP | UI pods to port 80 | a"
    put("page.md", text(row))
    assert check(*UPDATE, "--fix").code == 0
    (before,) = known()
    assert before["message"] == "line 7 permits the same connection"
    put("page.md", f"\n\n{text(row)}")
    assert check(*UPDATE, "--fix").code == 0
    assert known() == [before]
    put("page.md", text())
    told = f"known.json: error: a known finding is fixed: page.md: {before['message']} ({before['code']}) — "
    assert check(*USE, "--fix").out.startswith(told)


def test_new_findings_fail() -> None:
    rewrite(NEW, NEXT)
    ran = check(*USE)
    assert (ran.code, codes(ran)) == (1, ["page.md:9 one-sided"])
    assert check(*UPDATE).code == 0
    assert len(known()) == 2


def test_one_more_of_the_same_is_new() -> None:
    """Equal findings are counted."""
    rewrite(NEW, NEW)
    assert "page.md:9 one-sided" in codes(check(*USE))


def test_fixed_findings_have_to_go() -> None:
    rewrite()
    message = known()[0]["message"]
    told = (
        f"known.json: error: a known finding is fixed: page.md: {message} (one-sided)"
        " — take it out of the baseline with --update-baseline [fixed-finding]\n"
    )
    assert check(*USE)[:2] == (1, told)
    assert check(*UPDATE).code == 0
    assert known() == []
    assert check(*USE).code == 0


def test_from_another_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths are relative to the baseline."""
    Path("deep").mkdir()
    monkeypatch.chdir("deep")
    ran = check("--baseline", "../known.json")
    assert (ran.code, ran.out) == (0, "")


def test_pages_that_were_not_looked_at_stay() -> None:
    """A hook names the pages that changed; what is known of others is neither fixed nor forgotten."""
    put("other.md", text(NEW))
    assert check("other.md", *USE).code == 1
    assert check("other.md", *UPDATE).code == 0
    assert [each["path"] for each in known()] == ["other.md", "page.md"]
    assert check(*USE).code == 0
    Path("other.md").unlink()
    assert codes(check(*USE)) == ["known.json fixed-finding"]


def test_files_cannot_be_known() -> None:
    """What --fix mends, and files that mean something else, are no state to keep."""
    put("page.md", text(NEW, "TCP | UI pods to port 83 | d"))
    ran = check(*UPDATE)
    assert ran.code == 1
    assert {code.partition(" ")[2] for code in codes(ran)} == {"stale-file", "unequal"}
    assert {each["code"] for each in known()} == {"one-sided"}


def test_errors_of_a_page_can_be_known() -> None:
    """A page that does not compile yet, and has no files, can be adopted, too: what is new on it fails."""
    put("page.md", text("TCP | Nobody to port 81 | b"))
    shutil.rmtree("out")
    check(*UPDATE)
    assert check(*USE).code == 0
    put("page.md", text("TCP | Nobody to port 81 | b", "TCP | Somebody to port 81 | b"))
    assert codes(check(*USE)) == ["page.md:9 unknown-peer"]


@pytest.mark.parametrize("left", [".esspec.json", "kubernetes", "csv"])
def test_files_of_a_page_with_known_errors(left: str) -> None:
    """Nobody can tell what they mean, so that they are told whatever is known."""
    put("page.md", text("TCP | Nobody to port 81 | b"))
    for path in Path("out").iterdir():
        if path.name != left:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert check(*UPDATE).code == 1
    told = (
        "page.md: error: the page has errors, so that its files in out cannot be compared with it"
        " — mend the errors of the page, even if the baseline knows them [files-not-checked]\n"
    )
    assert check(*USE)[:2] == (1, told)


def test_files_of_a_target_that_cannot_say_the_page() -> None:
    """The error is about the page, and may be known; the files are not checked for it."""
    put("esspec.toml", Path("esspec.toml").read_text(encoding="utf-8").replace('"csv"', '"csv", "cilium"') + NODE)
    put("page.md", text().replace("Outgoing connections permitted: Any", HOST, 1))
    check(*UPDATE)
    ran = check(*USE)
    assert (ran.code, codes(ran)) == (1, ["page.md files-not-checked"])


def test_what_cannot_be_read_is_never_known() -> None:
    """The baseline then is left as it is: what was not read may still be there."""
    before = Path("known.json").read_bytes()
    Path("page.md").unlink()
    ran = check(*UPDATE)
    assert (ran.code, codes(ran)[0]) == (2, "page.md unreadable-file")
    assert ran.err.startswith("known.json is left as it is, because not everything could be read\n")
    assert Path("known.json").read_bytes() == before


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param("{", "known.json:1:2: error: this is no JSON: Expecting property name", id="no JSON"),
        pytest.param("[]", "known.json: error: this is no baseline: the file: ", id="no object"),
        pytest.param(
            '{"schema": "esspec/baseline/2", "findings": []}',
            "known.json: error: this is no baseline: schema: Input should be 'esspec/baseline/1'",
            id="another schema",
        ),
        pytest.param(
            '{"schema": "esspec/baseline/1", "findings": [{}]}',
            "known.json: error: this is no baseline: findings.0.path: Field required",
            id="no finding",
        ),
        pytest.param("9" * 5000, "known.json: error: this is no JSON: Exceeds the limit", id="a long number"),
        pytest.param("[" * 100_000, "known.json: error: this is no JSON: maximum recursion", id="nested deep"),
    ],
)
@pytest.mark.parametrize("options", [USE, UPDATE], ids=["use", "update"])
def test_baseline_that_is_none(content: str, told: str, options: tuple[str, ...]) -> None:
    """Nothing is checked, and it is not written over: the name may be wrong."""
    put("known.json", content)
    ran = check(*options)
    remedy = " — restore it from version control, or delete it and write it again with --update-baseline"
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(told)
    assert ran.err.endswith(f"{remedy} [malformed-file]\n")
    assert Path("known.json").read_text(encoding="utf-8") == content


def test_the_first_run_records_and_fails() -> None:
    """The next one passes; a gate whose baseline was deleted must not, nor one that misspells its name."""
    first = check("--baseline", "none.json")
    assert first.code == 1
    assert first.out == (
        "none.json: error: this baseline is new, and 1 finding is recorded in it"
        " — read and commit it: the next run takes them as known [new-baseline]\n"
    )
    written = Path("none.json").read_bytes()
    assert check("--baseline", "none.json")[:2] == (0, "")
    assert check("--baseline", "other.json", "--update-baseline")[:2] == (0, "")
    assert Path("other.json").read_bytes() == Path("none.json").read_bytes() == written


def test_the_first_run_records_nothing_of_what_it_could_not_read() -> None:
    """What was not looked at would be new in the next run."""
    ran = check("page.md", "gone.md", "--baseline", "none.json")
    assert (ran.code, Path("none.json").exists()) == (2, False)


def test_baseline_that_is_a_folder() -> None:
    for options in (USE, UPDATE):
        told = "out: error: this is a folder — name the file, such as --baseline esspec-baseline.json [not-a-file]\n"
        assert check("--baseline", "out", *options[2:]) == Ran(2, "", told)


def test_unwritable_baseline() -> None:
    before = files()
    ran = check("--baseline", "none/known.json", "--update-baseline")
    assert (ran.code, files()) == (2, before)
    assert ran.err.endswith(
        "none/known.json: error: cannot be written: No such file or directory"
        " — make its folder, or name a file that can be written [unwritable-output]\n"
    )


def test_report_over_the_baseline() -> None:
    ran = check(*USE, "--format", "json=known.json")
    assert (ran.code, "known.json, which is read" in ran.err) == (2, True)


def test_without_files(tmp_path: Path) -> None:
    """A baseline works where nothing was exported yet, too."""
    shutil.rmtree(tmp_path / "out")
    assert codes(check(*USE)) == ["out stale-file"]

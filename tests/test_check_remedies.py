"""Command lines in the remedies of `esspec check`: each is copied, run as it stands, and does what it says."""

import re
import shlex
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from checking import OTHER_END, check, codes, put, put_page, text
from command_lines import Ran, esspec, files
from linting import BINDING

LINE = re.compile(r"\brun esspec (.+?)(?= to see more| \[[a-z-]+\]$)", re.MULTILINE)
AGAIN = re.compile(r"and esspec (\S.*?) to write the files again")
NAMED = (
    *("my page.md", "-o", "my files", "-t", "csv", "--data", "who.yml"),
    *("--profile", "on", "--binding", "other.toml", "--max-bytes", "9999"),
)
NAMED_OPTIONS = "--target csv --data who.yml --profile on --binding other.toml --max-bytes 9999"


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(line: str) -> Ran:
    """Return what a command line gives that stood behind `esspec`."""
    return esspec(*shlex.split(line))


def lines(ran: Ran, code: str) -> Sequence[str]:
    """Return the command lines in the remedies of findings, each once."""
    told = "".join(f"{each}\n" for each in ran.out.splitlines() if each.endswith(f" [{code}]"))
    return list(dict.fromkeys(LINE.findall(told)))


def put_named() -> None:
    """Write a page that nothing names, whose data and profile options have to tell, and its files."""
    put("my page.md", text().replace("UI pods to", "{{ site.data.who.ui }} to"))
    put("other.toml", BINDING + "\n[profiles.on.features]\n")
    put("who.yml", "ui: UI pods\n")
    assert check(*NAMED, "--fix").code == 0


def move(page: str) -> None:
    """Move all rows by a line, so that files are stale."""
    put(page, "\n" + Path(page).read_text(encoding="utf-8"))


# What --fix mends


def test_stale_files() -> None:
    put_page()
    move("page.md")
    (line,) = lines(check(), "stale-file")
    assert (line, run(line).code, check().code) == ("check --fix", 0, 0)


def test_stale_files_of_a_page_that_is_named() -> None:
    """The page alone would be read otherwise, and its files be looked for nowhere."""
    put_named()
    move("my page.md")
    (line,) = lines(check(*NAMED), "stale-file")
    assert line == f"check 'my page.md' -o 'my files' {NAMED_OPTIONS} --fix"
    assert (run(line).code, check(*NAMED).code) == (0, 0)


def test_page_whose_name_looks_like_an_option() -> None:
    put("-p.md", text())
    put("esspec.toml", BINDING)
    words = ("check", "--format", "concise", "-o", "out", "-t", "csv", "--", "-p.md")
    (line,) = lines(esspec(*words), "stale-file")
    assert (line, run(line).code) == ("check ./-p.md -o out --target csv --fix", 0)
    assert esspec(*words).code == 0


def test_stale_files_of_one_of_several_pages() -> None:
    """Each has a folder by its name; the line for one of them leads to the same folder."""
    put_page()
    put("other.md", text())
    words = ("page.md", "other.md", "-o", "both", "-t", "csv")
    assert check(*words, "--fix").code == 0
    move("other.md")
    (line,) = lines(check(*words), "stale-file")
    assert line == "check other.md -o both/other --target csv --fix"
    assert (run(line).code, check(*words).code) == (0, 0)


def test_unequal_files() -> None:
    """One line shows more, the other writes them again; an edited file it leaves alone."""
    put_page()
    put(
        "page.md",
        text("TCP | UI pods to port 81 | b").replace(OTHER_END, f"{OTHER_END} |\n| TCP | Kafka pods on port 81 | b"),
    )
    ran = check()
    (see,) = lines(ran, "unequal")
    (again,) = AGAIN.findall(ran.out)
    assert (see, again) == ("verify page.md --dir out --target kubernetes --target csv", "check --fix")
    shown = run(see)
    assert (shown.code, shown.out.startswith("NOT EQUAL")) == (1, True)
    assert (run(again).code, check().code) == (0, 0)


def test_interrupted_export() -> None:
    put_page()
    Path("out/.esspec.new").mkdir()
    ran = check()
    (line,) = lines(ran, "interrupted-export")
    assert (ran.code, line, run(line).code, check().code) == (2, "check --fix", 0, 0)


# What it does not


def test_page_without_a_binding() -> None:
    """Told once, whatever is compared; no option of another command is named."""
    put("my page.md", text())
    ran = check("my page.md")
    told = (
        "nobody knows whose pods these are — run esspec init 'my page.md', or name one with --binding FILE [no-binding]"
    )
    assert told in ran.out
    assert (ran.code, run("init 'my page.md'").code, "no-binding" in check("my page.md").out) == (2, 0, False)


@pytest.mark.parametrize("options", [(), ("--fix",)], ids=["check", "fix"])
def test_edited_file(options: Sequence[str]) -> None:
    """Said with --fix and without; nothing is lost before the line is run."""
    put_page()
    put("out/kubernetes/kafka.yaml", "# mine\n")
    ran = check(*options)
    (line,) = lines(ran, "edited-file")
    assert line == "export page.md -o out --target kubernetes --target csv --force"
    assert lines(ran, "stale-file") == []
    assert (" — mend first what keeps --fix from writing it [stale-file]\n" in ran.out) == bool(options)
    assert " --target csv to see more [unequal]\n" in ran.out
    assert Path("out/kubernetes/kafka.yaml").read_text(encoding="utf-8") == "# mine\n"
    assert (run(line).code, check().code) == (0, 0)


def test_edited_file_beside_stale_ones() -> None:
    """--fix would write none of them; the line for the edited one writes all."""
    put_page()
    put("out/kubernetes/kafka.yaml", "# mine\n")
    move("page.md")
    ran = check()
    (line,) = lines(ran, "edited-file")
    assert codes(ran)[:2] == ["out/csv/page.csv:2 stale-file", "out/kubernetes/kafka.yaml edited-file"]
    assert (lines(ran, "stale-file"), run(line).code, check().code) == ([], 0, 0)


@pytest.mark.parametrize("options", [(), ("--fix",)], ids=["check", "fix"])
def test_edited_file_and_workload_that_is_gone(options: Sequence[str]) -> None:
    """One line does for both, as an export refuses both at once."""
    put_page()
    put("out/kubernetes/kafka.yaml", "# mine\n")
    put("page.md", text().replace("- Incoming connections permitted: Any\n", ""))
    ran = check(*options)
    line = "export page.md -o out --target kubernetes --target csv --force --allow-removal"
    assert lines(ran, "edited-file") == lines(ran, "lost-isolation") == [line]
    assert (run(line).code, check().code) == (0, 0)


def test_edited_file_of_a_page_that_is_named() -> None:
    put_named()
    put("my files/csv/my page.csv", "mine\n")
    (line,) = lines(check(*NAMED, "--fix"), "edited-file")
    assert line == f"export 'my page.md' -o 'my files' {NAMED_OPTIONS} --force"
    assert (run(line).code, check(*NAMED).code) == (0, 0)


@pytest.mark.parametrize("options", [(), ("--fix",)], ids=["check", "fix"])
def test_workload_that_is_gone(options: Sequence[str]) -> None:
    put_page()
    put("page.md", text().partition("## UI pod")[0].replace("UI pods to", "Anywhere to"))
    binding = Path("esspec.toml").read_text(encoding="utf-8")
    put("esspec.toml", binding.replace('[workloads."UI pod"]\nlabels = { component = "c1" }\n', ""))
    (line,) = lines(check(*options), "lost-isolation")
    assert line == "export page.md -o out --target kubernetes --target csv --allow-removal"
    assert (run(line).code, check().code) == (0, 0)


def test_renamed_page() -> None:
    put_page()
    Path("page.md").rename("new.md")
    put("esspec.toml", Path("esspec.toml").read_text(encoding="utf-8").replace('"page.md"', '"new.md"'))
    ran = check("--fix")
    told = (
        "give each page a folder of its own with -o; if the page was renamed, move out away, and run esspec check --fix"
    )
    assert f" — {told} [other-page]\n" in ran.out
    assert (ran.code, codes(ran)) == (2, ["out other-page"])
    assert ran.err.startswith("new.md: its files could not be compared\n")
    assert codes(check()) == ["out other-page"]
    shutil.move("out", "before")
    (line,) = lines(ran, "other-page")
    assert (run(line).code, check().code) == (0, 0)


@pytest.mark.parametrize("options", [(), ("--fix",)], ids=["check", "fix"])
def test_damaged_record(options: Sequence[str]) -> None:
    """Told once."""
    put_page()
    put("out/.esspec.json", "{")
    ran = check(*options)
    assert codes(ran) == ["out/.esspec.json:1 malformed-file"]
    (line,) = lines(ran, "malformed-file")
    assert line == "export page.md -o out --target kubernetes --target csv --force"
    assert (run(line).code, check().code) == (0, 0)


def test_damaged_record_above() -> None:
    """No export of the page would write that one again."""
    put_page()
    put("esspec.toml", BINDING + '\n[check]\npages = ["*.md"]\noutput = "out"\ntargets = ["csv"]\n')
    put("out/.esspec.json", "{")
    told = " — delete it, with the older generated files beside it [malformed-file]\n"
    assert told in check("--fix").out
    shutil.rmtree("out")
    assert check("--fix")[:2] == (0, "")


def test_merged_files() -> None:
    """Both branches wrote the files anew, and a merge left both versions in them; the page was put right by hand."""
    put_page()
    for name in ("out/.esspec.json", "out/csv/page.csv", "out/kubernetes/kafka.yaml"):
        first, *others = Path(name).read_text(encoding="utf-8").splitlines(keepends=True)
        put(name, "".join([first, "<<<<<<< HEAD\n", *others, "=======\n", *others, ">>>>>>> other\n"]))
    ran = check()
    assert ran.code == 2
    (line,) = {*lines(ran, "malformed-file"), *lines(ran, "unreadable-output")}
    assert (run(line).code, check()[:2]) == (0, (0, ""))


def test_page_with_errors_writes_nothing() -> None:
    """Nor does --fix for one of several pages touch the files of that one."""
    put_page()
    put("page.md", text("TCP | Nobody to port 81 | b"))
    before = {name: Path(name).read_bytes() for name in files()}
    ran = check("--fix")
    assert (ran.code, codes(ran)) == (1, ["page.md:8 unknown-peer"])
    assert {name: Path(name).read_bytes() for name in files()} == before

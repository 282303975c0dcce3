"""The patterns of `[check]`: what they find, leave out and pass over."""

import os
from pathlib import Path
from typing import Any

import pytest

from checking import check, codes, put, text
from command_lines import Ran, esspec
from esspec.commands.page_patterns import matching_files
from linting import BINDING

ORDINARY = "# Welcome\n\nText, and a table.\n\n| Name | Meaning |\n|---|---|\n| a | b |\n"
PASSED = "1 page without a rule table passed over, such as docs/index.md\n"


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def put_settings(*pages: str) -> None:
    """Write docs/page.md, and settings that name these pages."""
    put("docs/page.md", text())
    put("esspec.toml", f'{BINDING}\n[check]\npages = {list(pages)}\noutput = "out"\ntargets = ["csv"]\n')


# What a pattern finds


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*.md", ["a.md"]),
        ("**/*.md", ["a.md", "docs/b.md", "docs/deep/c.md"]),
        ("**/**/*.md", ["a.md", "docs/b.md", "docs/deep/c.md"]),
        ("docs/**", ["docs/b.md", "docs/deep/c.md"]),
        ("**/deep/*.md", ["docs/deep/c.md"]),
        ("d*/?.md", ["docs/b.md"]),
        ("[!a].md", []),
        ("./docs/../*.md", ["docs/../a.md"]),
        ("linked/*.md", ["linked/b.md", "linked/e.md"]),
        (".hidden/*.md", [".hidden/d.md"]),
        ("**/.*.md", ["docs/.draft.md"]),
        ("docs/*", ["docs/b.md"]),
    ],
)
def test_matching_files(pattern: str, found: list[str]) -> None:
    """Folders that are links are followed only where they are named."""
    for name in ("a.md", "docs/b.md", "docs/deep/c.md", ".hidden/d.md", "docs/.draft.md", "docs/folder.md/x"):
        put(name, "")
    put("../elsewhere/b.md", "")
    put("../elsewhere/e.md", "")
    Path("linked").symlink_to("../elsewhere")
    if pattern == "docs/**":
        Path("docs/folder.md/x").unlink()
    assert matching_files(pattern, Path.cwd()) == found


def test_links_in_a_circle() -> None:
    """They would be followed for ever, in two ways at each step."""
    put_settings("**/*.md")
    Path("docs/one").symlink_to(".")
    Path("docs/two").symlink_to(".")
    assert (check("--fix").code, Path("out/page").is_dir()) == (0, True)


def test_folders_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else's folder beside the pages is passed over, by patterns and by the search for settings."""
    put_settings("**/*.md")
    put("data/x.md", text())
    closed = str(Path("data").absolute())
    stat, listdir = os.stat, os.listdir

    def closed_stat(path: str | Path, **options: Any) -> os.stat_result:
        if str(Path(path).absolute()).startswith(f"{closed}/"):
            raise PermissionError(13, "Permission denied", str(path))
        return stat(path, **options)

    def closed_listdir(path: str | Path = ".") -> list[str]:
        if str(Path(path).absolute()) == closed:
            raise PermissionError(13, "Permission denied", str(path))
        return listdir(path)

    monkeypatch.setattr("os.stat", closed_stat)
    monkeypatch.setattr("os.listdir", closed_listdir)
    assert check("--fix").code == 0
    Path("esspec.toml").rename("docs/esspec.toml")
    put("docs/esspec.toml", Path("docs/esspec.toml").read_text(encoding="utf-8").replace('"out"', '"../fresh"'))
    assert "docs/page.md: fresh/page is current;" in check("--fix").err


# What is left out


def test_entries_behind_an_exclamation_mark() -> None:
    """Names and patterns; one that names nothing makes more pages be checked, not fewer."""
    for name in ("docs/bad.md", "docs/old/one.md", "docs/old/two.md"):
        put(name, text("TCP | Nobody to port 1 | x"))
    put_settings("docs/**/*.md", "!docs/bad.md", "!docs/old/**", "!./docs/none.md", "!no/*.md")
    assert check("--fix")[:2] == (0, "")
    assert check("docs/bad.md").code == 1
    put_settings("docs/page.md", "!docs/page.md")
    assert check().err.startswith("esspec.toml: error: no page is named, neither here nor on the command line")


# Pages about something else


def test_page_about_something_else() -> None:
    """Most pages of a site say nothing of connections; a page of this kind that is named is an error as ever."""
    put("docs/index.md", ORDINARY)
    put_settings("docs/*.md")
    ran = check("--fix")
    assert (ran.code, ran.out, ran.err.startswith(PASSED)) == (0, "", True)
    assert codes(check("docs/index.md"))[0] == "docs/index.md:1 no-rule-table"
    put_settings("docs/*.md", "docs/index.md")
    assert codes(check("--fix")) == ["docs/index.md:1 no-rule-table"]


def test_pages_of_one_name_about_something_else() -> None:
    """They have no files that could be mixed."""
    for name in ("docs/a/index.md", "docs/b/index.md"):
        put(name, ORDINARY)
    put_settings("docs/**/*.md")
    assert check("--fix").err.startswith("2 pages without a rule table passed over, such as docs/a/index.md\n")


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param("## Kafka pod\n\n- Incoming connections permitted:\n", id="label without a table"),
        pytest.param("| Origin | Port |\n|---|---|\n| Anywhere | 80 |\n", id="table without a heading"),
        pytest.param("## Kafka pod\n\n- Incoming connections permitted: perhaps\n", id="unread statement"),
    ],
)
def test_page_with_something_like_rules(broken: str) -> None:
    put("docs/index.md", broken)
    put_settings("docs/*.md")
    assert check("--fix").code == 1


def test_no_page_with_rules() -> None:
    """Nobody would notice that nothing is checked."""
    put_settings("docs/*.md")
    put("docs/page.md", ORDINARY)
    told = "no page that the patterns find has a rule table — correct pages, or name a page"
    assert check() == Ran(2, "", f"esspec.toml: error: {told} [usage]\n")


# Names


@pytest.mark.parametrize("name", ["a\nb.md", "a\x1b.md", "a\u200b.md", "a\udcff.md"])
@pytest.mark.parametrize(
    "words",
    [
        pytest.param(words.split(), id=words.split(maxsplit=1)[0] + str(len(words.split())))
        for words in (
            "check PAGE -o out",
            "lint PAGE",
            "parse PAGE",
            "list PAGE",
            "verify PAGE",
            "init PAGE",
            "diff PAGE esspec.toml",
            "export PAGE -o out",
            "export PAGE -t csv",
            "export PAGE -t csv --as-written",
        )
    ],
)
def test_page_whose_name_does_not_print(name: str, words: list[str]) -> None:
    """Files are named after a page, and messages name it."""
    Path(name).write_text(text(), encoding="utf-8")
    put("esspec.toml", BINDING)
    ran = esspec(*(name if word == "PAGE" else word for word in words))
    shown = name.encode("unicode_escape").decode("ascii")
    told = "the name of the page holds a character that does not print, or is no UTF-8 — rename it [bad-name]"
    assert (ran.code, f"{shown}: error: {told}\n" in ran.out + ran.err, Path("out").exists()) == (2, True, False)

"""Command lines without options say what the parser of options would say, and import less for it."""

import io
import subprocess
import sys
from pathlib import Path

import pytest

from command_lines import Ran, esspec, write_pages
from esspec.commands import plain_words
from esspec.commands.plain_words import run_plain
from test_cli_promises import modules_after

MANIFEST = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: one, namespace: here}
spec: {podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}
---
{apiVersion: v1, kind: Service, metadata: {name: two}}
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_pages()
    Path("policy.yaml").write_text(MANIFEST, encoding="utf-8")


def plain(*arguments: str, stdin: bytes = b"") -> Ran:
    """Return what a command line gives without the parser."""
    streams = {name: io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for name in ("stdout", "stderr")}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        for name, stream in streams.items():
            patch.setattr(sys, name, stream)
        code = run_plain(arguments)
        for stream in streams.values():
            stream.flush()
    assert code is not None
    return Ran(code, *(stream.buffer.getvalue().decode("utf-8") for stream in streams.values()))


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("list", "page.md"), id="page"),
        pytest.param(("list", "warned.md"), id="warning"),
        pytest.param(("list", "unknown.md"), id="error"),
        pytest.param(("list", "nowhere.md"), id="no-file"),
        pytest.param(("list", "policy.yaml"), id="manifests-and-what-is-passed-over"),
        pytest.param(("list", "policy.yaml", "."), id="several"),
        pytest.param(("list", "-"), id="standard-input"),
        pytest.param(("explain", "page.md", "* -> *"), id="explain"),
        pytest.param(("explain", "policy.yaml", "nobody -> *"), id="explain-unknown-end"),
        pytest.param(("explain", "policy.yaml", "."), id="explain-no-question"),
    ],
)
def test_both_ways_say_the_same(words: tuple[str, ...]) -> None:
    stdin = MANIFEST.encode()
    assert plain(*words, stdin=stdin) == esspec(*words, stdin=stdin)


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--help",),
        ("list",),
        ("list", "page.md", "--format", "json"),
        ("list", "--", "page.md"),
        ("list", "-h"),
        ("explain", "page.md"),
        ("explain", "page.md", "-v", "* -> *"),
        ("parse", "page.md"),
        ("lists", "page.md"),
    ],
)
def test_the_parser_reads_all_else(words: tuple[str, ...]) -> None:
    assert run_plain(words) is None


def test_neither_parser_nor_pydantic_is_imported_for_manifests() -> None:
    heavy = {"typer", "pydantic", "jinja2", "markdown_it", "subprocess", "dataclasses", "email"}
    assert modules_after("list", "policy.yaml") & heavy == set()


def test_a_page_is_explained_without_the_parser_and_without_yaml() -> None:
    assert modules_after("explain", "page.md", "* -> *") & {"typer", "jinja2", "yaml"} == set()


def test_a_bug_and_an_interruption_are_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def raising(failure: BaseException) -> None:
        def work(_: object) -> int:
            raise failure

        monkeypatch.setattr(plain_words, "_COMMANDS", {"list": (1, work)})

    raising(KeyboardInterrupt())
    assert plain("list", "page.md") == Ran(130, "", "")
    raising(ValueError("odd"))
    found = plain("list", "page.md")
    assert (found.code, found.out) == (2, "")
    assert found.err.endswith(": a bug in esspec: ValueError: odd — please report it with the page\n")


def test_the_command_exits_with_the_same_code() -> None:
    command = str(Path(sys.executable).with_name("esspec"))
    codes = [subprocess.run([command, "list", page], check=False, capture_output=True).returncode for page in PAGES]
    assert codes == [0, 1, 2]


PAGES = ("page.md", "unknown.md", "nowhere.md")

"""The command as users run it: same input, same bytes, wherever it runs; and nothing is imported that is not needed."""

import hashlib
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from command_lines import Ran, esspec, files, process, write_pages
from small_pages import BINDING, page

ROOT = Path(__file__).parent.parent
SEED = ROOT / "docs_source" / "network-policies.md"
TARGETS = {"esspec_calico", "esspec_cilium", "esspec_csv", "esspec_kubernetes"}
ODD = page("TCP | UI pods to port 80 | İstanbul: café ≤ 日本").replace("Kafka", "INFIX kafka")
ODD_BINDING = BINDING.replace("Kafka", "INFIX kafka")


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_pages()


# Imports


def modules_after(*arguments: str) -> set[str]:
    """Return the top-level modules that a command line has imported at its end, in a process of its own."""
    code = (
        "import os, sys, atexit; sys.argv[0] = 'esspec'; os._exit = sys.exit\n"
        "names = lambda: {n.partition('.')[0] for n in sys.modules}\n"
        "atexit.register(lambda: sys.stderr.write('modules: ' + ' '.join(names())))\n"
        "from esspec.__main__ import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    assert "modules: " in done.stderr
    return set(done.stderr.rpartition("modules: ")[2].split())


def test_version_imports_nothing_heavy() -> None:
    heavy = {"typer", "click", "rich", "pydantic", "pydantic_core", "jinja2", "markdown_it", "yaml", "tomllib", "json"}
    assert modules_after("--version") & (heavy | TARGETS) == set()


def test_only_named_targets_are_imported() -> None:
    assert modules_after("export", "--target", "csv", "page.md") & TARGETS == {"esspec_csv"}
    named = ("--target", "calico", "--target", "cilium")
    assert modules_after("export", *named, "-o", "out", "page.md") & TARGETS == {"esspec_calico", "esspec_cilium"}


def test_export_reads_no_yaml_and_parse_needs_no_target() -> None:
    """An export reads nothing back; a parse writes nothing."""
    assert not modules_after("export", "-o", "out", "page.md") & {"yaml", "rich"}
    assert not modules_after("parse", "page.md") & (TARGETS | {"jinja2", "yaml", "rich"})


# Same input, same bytes


def digest(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize(
    "env",
    [
        pytest.param({"PYTHONHASHSEED": "1", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}, id="C"),
        pytest.param(
            {"PYTHONHASHSEED": "2", "LANG": "tr_TR.UTF-8", "LC_ALL": "tr_TR.UTF-8", "TZ": "Asia/Tokyo"}, id="tr"
        ),
        pytest.param({"PYTHONHASHSEED": "random", "PYTHONIOENCODING": "utf-16", "NO_COLOR": "1"}, id="utf-16"),
    ],
)
def test_bytes_do_not_depend_on_the_environment(env: dict[str, str], tmp_path: Path) -> None:
    """Hash seed, locale, encoding and time zone change no file; what was written in this process is the measure."""
    Path("odd.md").write_text(ODD, encoding="utf-8")
    Path("odd.toml").write_text(ODD_BINDING, encoding="utf-8")
    assert esspec("export", str(SEED), "-o", "here").code == 0
    assert process("export", str(SEED), "-o", "there", env=env).code == 0
    assert digest(tmp_path / "here") == digest(tmp_path / "there")
    for command in (("export", "-t", "csv"), ("parse",)):
        arguments = (*command, "odd.md", "--binding", "odd.toml")
        assert process(*arguments, env=env) == esspec(*arguments)


def test_the_page_s_words_are_in_the_output_as_utf_8() -> None:
    Path("odd.md").write_text(ODD, encoding="utf-8")
    Path("odd.toml").write_text(ODD_BINDING, encoding="utf-8")
    ran = esspec("export", "-t", "csv", "odd.md", "--binding", "odd.toml")
    assert "İstanbul: café ≤ 日本" in ran.out
    assert esspec("export", "odd.md", "--binding", "odd.toml", "-o", "out").code == 0
    assert Path("out/calico/infix-kafka.yaml").exists()


def test_bytes_do_not_depend_on_where_it_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page may be given relative to any folder, or absolutely; all outputs are the same, the record included."""
    docs = tmp_path / "elsewhere" / "docs"
    docs.mkdir(parents=True)
    (docs / "page.md").write_text(page(), encoding="utf-8")
    (docs.parent / "esspec.toml").write_text(BINDING, encoding="utf-8")
    found = []
    places = ((docs, "page.md"), (docs.parent, "docs/page.md"), (tmp_path, "elsewhere/docs/../docs/page.md"))
    for n, (folder, name) in enumerate((*places, (Path("/"), str(docs / "page.md")))):
        monkeypatch.chdir(folder)
        out = tmp_path / f"out{n}"
        assert esspec("export", name, "-o", str(out)).code == 0
        stream = [esspec("export", name, "-t", target).out for target in ("kubernetes", "calico", "cilium", "csv")]
        found.append((digest(out), stream, esspec("parse", name, "--format", "json").out))
    assert found.count(found[0]) == 4


def test_page_is_named_relative_to_its_binding(tmp_path: Path) -> None:
    """In every output, with `/`; messages name it as the user did."""
    docs = Path("elsewhere/docs")
    docs.mkdir(parents=True)
    (docs / "page.md").write_text(page("TCP | UI pods to port 80 | why", direction="egress"), encoding="utf-8")
    Path("elsewhere/esspec.toml").write_text(BINDING, encoding="utf-8")
    ran = esspec("export", "elsewhere/docs/page.md", "-o", "out")
    assert ran.err.startswith("elsewhere/docs/page.md: warning: ")
    assert json.loads(Path("out/.esspec.json").read_bytes())["page"] == "docs/page.md"
    for name in ("calico/kafka.yaml", "cilium/kafka.yaml", "kubernetes/kafka.yaml"):
        text = Path("out", name).read_text(encoding="utf-8")
        assert "docs/page.md:7" in text
        assert "elsewhere" not in text
    assert '"docs/page.md","7"' in Path("out/csv/page.csv").read_text(encoding="utf-8")
    assert json.loads(esspec("parse", "elsewhere/docs/page.md", "--format", "json").out)["path"] == "docs/page.md"
    given = str(tmp_path / "elsewhere" / "docs" / "page.md")
    assert esspec("export", given, "-t", "csv").err.startswith(f"{given}: warning: ")
    Path("elsewhere/esspec.toml").unlink()
    Path("esspec.toml").unlink()
    assert json.loads(esspec("parse", "elsewhere/docs/page.md", "--format", "json").out)["path"] == "page.md"


@pytest.mark.parametrize("command", [("export", "-t", "kubernetes"), ("export", "-o", "out"), ("verify",)])
def test_target_s_objection_names_the_page_as_given(command: tuple[str, ...]) -> None:
    """What only a target can find has the user's path too, not the name that outputs use."""
    Path("elsewhere").mkdir()
    external = "[externals.Host]\nrole = 'outside'\n"
    Path("elsewhere/page.md").write_text(page("TCP | Host to port 80 | why"), encoding="utf-8")
    Path("elsewhere/esspec.toml").write_text(BINDING + external, encoding="utf-8")
    ran = esspec(*command, "elsewhere/page.md")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("elsewhere/page.md:7:1: error: external 'Host' has no addresses (target ")


# Streams that end or refuse


def test_reader_that_leaves_is_no_error() -> None:
    """As `| head` does: no message, exit 0."""
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "esspec", "parse", "page.md"], stdout=writing, stderr=subprocess.PIPE, check=False
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize(
    ("command", "code"),
    [
        pytest.param("check page.md", 0, id="a clean page"),
        pytest.param("check unknown.md", 1, id="an error"),
        pytest.param("export warned.md -t csv", 0, id="a warning"),
        pytest.param("list out", 2, id="words alone"),
        pytest.param("lint page.md", 0, id="a summary"),
    ],
)
@pytest.mark.parametrize("shown", ["nobody", "full", "closed"])
def test_standard_error_that_takes_nothing(command: str, code: int, shown: str) -> None:
    """Somebody who stops reading, as `2>&1 | head -1` does, changes no exit code; what is data is written."""
    words = [sys.executable, "-m", "esspec", *command.split()]
    wanted = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    assert wanted.returncode == code
    if shown == "nobody":
        reading, writing = os.pipe()
        os.close(reading)
    else:
        writing = os.open("page.md", os.O_RDONLY)
    lines = f"exec {shlex.join(words)}{' 2>&-' if shown == 'closed' else ''}"
    done = subprocess.run(["sh", "-c", lines], stdout=subprocess.PIPE, stderr=writing, check=False)  # noqa: S607
    os.close(writing)
    assert (done.returncode, done.stdout) == (code, wanted.stdout)


@pytest.mark.parametrize(
    "command", [("parse",), ("export", "-t", "csv"), ("verify", "-t", "csv"), ("parse", "--format", "json")]
)
def test_stdout_that_cannot_be_written(command: tuple[str, ...]) -> None:
    """A full disk, or here a stream that is open for reading: exit 2 and one finding, and no talk of a bug."""
    with Path("page.md").open("rb") as refuses:
        done = subprocess.run(
            [sys.executable, "-m", "esspec", *command, "page.md"], stdout=refuses, stderr=subprocess.PIPE, check=False
        )
    assert done.returncode == 2
    told = "standard output: error: cannot be written: Bad file descriptor — name another place, or make room"
    assert done.stderr.decode() == f"{told} [unwritable-output]\n"


def test_installed_command_is_the_module() -> None:
    """`esspec` and `python -m esspec` are one command."""
    name = Path(sys.executable).with_name("esspec")
    done = subprocess.run([name, "parse", "unknown.md"], capture_output=True, check=False)
    assert Ran(done.returncode, done.stdout.decode(), done.stderr.decode()) == process("parse", "unknown.md")
    assert done.returncode == 1


def test_nothing_else_is_written() -> None:
    """No cache, no log: a parse, a verify and an export to stdout leave the folder as it was."""
    before = files()
    for command in (("parse",), ("verify",), ("export", "-t", "csv")):
        assert process(*command, "page.md").code == 0
    assert files() == before

"""What holds for the house as a whole: who imports whom, what is named where, what is kept to the byte."""

import ast
import hashlib
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

import esspec

ROOT = Path(__file__).parent.parent
EXPORTERS = ROOT / "exporters"
PACKAGES = sorted(path.parent.name for path in EXPORTERS.glob("esspec_*/__init__.py"))
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
IGNORED = [
    ".git",
    *(line.rstrip("/") for line in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()),
]

CORE = ROOT / "src" / "esspec"
LAYERS = [
    "text",
    "reading",
    "bindings",
    "compiling",
    "semantics",
    "targets",
    "manifests",
    "outputs",
    "linting",
    "drafting",
    "answers",
    "reporting",
    "commands",
]

# Joined here, so that this file does not hold what it looks for.
NOT_OURS = ["/" + "work/", "shared" + "/", "pypi" + ".", "python" + "hosted.", "npmjs" + "."]


def imports(path: Path) -> Iterator[str]:
    """Yield every module that a file may import, wherever it does so; `from a import b` may mean a or a.b."""
    package = path.parent.name
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = ".".join(filter(None, [package if node.level else "", node.module]))
            yield module
            yield from (f"{module}.{name.name}" for name in node.names)


def reach(module: str) -> set[str]:
    """Return the modules of exporters/ that a module leads to, itself included."""
    found: set[str] = set()
    ahead = [module]
    while ahead:
        name = ahead.pop()
        path = EXPORTERS.joinpath(*name.split("."))
        path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        if name not in found and path.is_file():
            found.add(name)
            ahead += imports(path)
    return found


def files(folder: Path = ROOT) -> Iterator[Path]:
    """Yield the files that are ours: all but what .gitignore names; git is not asked, it may be missing."""
    for path in folder.iterdir():
        if path.is_symlink() or any(fnmatch(path.name, pattern) for pattern in IGNORED):
            continue
        if path.is_dir():
            yield from files(path)
        else:
            yield path


def test_the_page_is_kept_byte_for_byte() -> None:
    """The page is as it was given: NOTICE names its hash."""
    page = (ROOT / "docs_source" / "network-policies.md").read_bytes()
    assert f"SHA-256: {hashlib.sha256(page).hexdigest()}" in (ROOT / "NOTICE").read_text(encoding="utf-8")


def test_each_exporter_folder_is_published() -> None:
    """A folder in exporters/ is a target, and is in the wheel."""
    points = PYPROJECT["project"]["entry-points"]["esspec.targets"]
    assert points == {name.removeprefix("esspec_"): f"{name}:TARGET" for name in PACKAGES}
    wheel = PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"]
    assert sorted(wheel) == [*(f"exporters/{name}" for name in PACKAGES), "src/esspec"]


@pytest.mark.parametrize("package", PACKAGES)
def test_reader_and_writer_share_no_module(package: str) -> None:
    """Otherwise one error, written once, would agree with itself; modules of the core do not count."""
    reader = reach(f"{package}.lift")
    writer = reach(f"{package}.lower") | reach(f"{package}.render")
    assert {f"{package}.lift", f"{package}.lower"} <= reader | writer
    assert reader & writer == set()


def test_the_core_imports_no_target() -> None:
    """Targets are found by their entry points, so that a third party's is no worse than ours."""
    core = (ROOT / "src").rglob("*.py")
    assert [(path.name, name) for path in core for name in imports(path) if name.startswith("esspec_")] == []


def layer(module: str) -> str:
    """Return the package of the core that a module lies in; "" for the words that all share."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and (CORE / parts[1]).is_dir() else ""


def test_the_core_is_built_in_layers() -> None:
    """Data goes one way: a package of the core imports itself and what stands before it in LAYERS."""
    assert sorted(LAYERS) == sorted(path.parent.name for path in CORE.glob("*/__init__.py"))
    upwards = []
    for path in CORE.rglob("*.py"):
        own = path.relative_to(CORE).parts[0].removesuffix(".py")
        if own == "__main__":
            continue
        allowed = LAYERS[: LAYERS.index(own) + 1] if own in LAYERS else []
        found = {layer(name) for name in imports(path) if name.startswith("esspec.")} - {"", *allowed}
        upwards += [(str(path.relative_to(CORE)), name) for name in sorted(found)]
    assert upwards == []


def test_the_version_is_written_once() -> None:
    """The package says its version; pyproject.toml and the installed metadata take it from there."""
    assert "version" not in PYPROJECT["project"]
    assert version("esspec") == esspec.__version__


def test_nothing_names_the_machine_it_was_written_on() -> None:
    """No path of somebody's machine and no package registry's host is in any file."""
    found = [
        (str(path.relative_to(ROOT)), needle)
        for path in files()
        for needle in NOT_OURS
        if needle.encode() in path.read_bytes()
    ]
    assert found == []

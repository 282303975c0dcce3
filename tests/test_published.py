"""Entry points are found as importlib.metadata finds them."""

import importlib.metadata
import sys
from pathlib import Path

import pytest

from esspec.manifests.published import Published, published


@pytest.fixture(autouse=True)
def _anew() -> None:
    published.cache_clear()


def by_importlib(group: str) -> list[Published]:
    return sorted(Published(point.name, point.value) for point in importlib.metadata.entry_points(group=group))


@pytest.mark.parametrize("group", ["esspec.kinds", "esspec.targets", "console_scripts", "pytest11", "nobody"])
def test_all_that_is_installed_here(group: str) -> None:
    assert sorted(published(group)) == by_importlib(group)


def install(folder: Path, name: str, points: str) -> None:
    info = folder / name
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name.partition('-')[0]}\nVersion: 1\n")
    (info / "entry_points.txt").write_text(points)


POINTS = """\
# a comment
[other]
x.io = no:NO

[kinds]
# x.io = comment:NO
x.io = one.two:KINDS
 y.io=three : KINDS  [extra]
"""


def test_what_a_file_may_look_like(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, "one-1.dist-info", POINTS)
    monkeypatch.syspath_prepend(tmp_path)
    assert published("kinds") == (Published("x.io", "one.two:KINDS"), Published("y.io", "three : KINDS"))


def test_of_two_packages_called_alike_the_first_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As with their modules: what stands further back is not imported."""
    for folder, name in (("front", "a_b-2.dist-info"), ("back", "A.b-1.dist-info")):
        install(tmp_path / folder, name, f"[kinds]\nx = {folder}:X\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "front"), str(tmp_path / "back"), *sys.path])
    assert list(published("kinds")) == by_importlib("kinds") == [Published("x", "front:X")]


def test_packages_in_other_places_are_left_to_importlib(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An archive on the path, or a finder that knows of packages, may hold some that no folder shows."""
    archive = tmp_path / "some.zip"
    archive.write_bytes(b"")
    point = importlib.metadata.EntryPoint("x", "far.away:X", "kinds")
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda *, group: [point] if group == "kinds" else [])
    monkeypatch.setattr(sys, "path", [*sys.path, str(archive)])
    assert published("kinds") == (Published("x", "far.away:X"),)


def test_a_value_is_imported_when_it_is_asked_for() -> None:
    assert Published("x", "esspec.manifests.published:published").load() is published

"""From names on a command line to pages that are read: where files are found, and what outputs call them."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from esspec.bindings.binding import FILE_NAME, NO_BINDING, Binding, find_binding, read_binding
from esspec.compiling.page_reading import BY_BINDING, Choice, Reading, read
from esspec.problem import EsspecError, InputProblems, error, printable
from esspec.text.source import MAX_BYTES, Source, read_bytes, read_source, too_large

STDIN = "-"


class PageFile(NamedTuple):
    """Which page to read, and how: `path` as given (`-` for `stdin`), and where its binding is, if not nearby.

    `data` are paths of Jekyll data files, `choice` the states of features.
    """

    path: str
    stdin: BinaryIO | None = None
    stdin_filename: str | None = None
    binding: str | None = None
    max_bytes: int = MAX_BYTES
    data: tuple[str, ...] = ()
    choice: Choice = BY_BINDING

    @property
    def shown(self) -> str:
        """Return the path that messages show."""
        return self.stdin_filename or "-" if self.path == STDIN else self.path


def load_source(file: PageFile) -> Source:
    """Return a page's text. Raises InputProblems (exit 2) for a file that cannot be read as UTF-8 text."""
    if file.path != STDIN:
        return read_source(read_bytes(Path(file.path), file.path, file.max_bytes), file.path)
    if file.stdin_filename is None:
        raise InputProblems(
            [
                error(
                    "no-stdin-filename",
                    "-",
                    (0, 0),
                    "standard input has no name",
                    "say which page it is with --stdin-filename; outputs and the search for the binding use it",
                )
            ]
        )
    data = file.stdin.read(file.max_bytes + 1) if file.stdin else b""
    if len(data) > file.max_bytes:
        raise InputProblems([too_large(file.shown, file.max_bytes)])
    return read_source(data, file.shown)


def load_binding(file: PageFile) -> Binding:
    """Return the binding of a page: the one that is named, else the nearest `esspec.toml` upward, else none."""
    if file.binding is not None:
        return read_binding(Path(file.binding), file.binding)
    found = find_binding(Path(file.shown))
    return read_binding(found, seen(found)) if found else NO_BINDING


def load_page(file: PageFile) -> Reading:
    """Return a page under its binding, all findings with it. Raises as `load_source` and `load_binding`."""
    source = load_source(file)
    binding = load_binding(file)
    return read(source, binding, page_name(file.shown, binding), load_variables(file), file.choice)


def binding_place(file: PageFile) -> str:
    """Return where the binding of a page is, as messages show it; beside the page where there is none yet."""
    if file.binding is not None:
        return file.binding
    page = Path(file.shown)
    return seen(find_binding(page) or page.parent / FILE_NAME)


def load_variables(file: PageFile) -> Mapping[str, str]:
    """Return the variables of the page's data files; a file is read when one of its variables is asked for."""
    if not file.data:
        return {}
    from esspec.bindings.jekyll_data import DataFiles  # noqa: PLC0415 - few pages need it

    return DataFiles(list(file.data))


def needs_binding(reading: Reading) -> None:
    """Raise InputProblems (exit 2) where a page has no binding, for commands that must know who is meant."""
    if reading.resolution.binding is NO_BINDING:
        raise InputProblems(
            [
                error(
                    "no-binding",
                    reading.resolution.page.path,
                    (0, 0),
                    f"no {FILE_NAME} stands in the page's folder or above it, so nobody knows whose pods these are",
                    "write one with esspec init, or name it with --binding; "
                    "for a list without it: --target csv --as-written",
                )
            ]
        )


@contextmanager
def placed_in(path: str, name: str) -> Iterator[None]:
    """Let findings name the page by the path that the user gave; who raises them knows what outputs call it."""
    try:
        yield
    except EsspecError as found:
        found.problems = tuple(p._replace(path=path) if p.path == name else p for p in found.problems)
        raise


def page_name(path: str, binding: Binding) -> str:
    """Return what outputs call a page: its path relative to the binding's folder, with `/`, printable."""
    full = os.path.abspath(path)  # noqa: PTH100 - symlinks stay as the user wrote them
    if binding.folder is None:
        return printable(os.path.basename(full))  # noqa: PTH119 - as above
    return printable(os.path.relpath(full, binding.folder).replace(os.sep, "/"))


def seen(path: str | Path) -> str:
    """Return a path as short as it can be named from the working folder."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith(os.pardir + os.sep + os.pardir) else relative

"""Layouts: what a target writes as a form of somebody else's, with which columns and under which headers."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from esspec.problem import InputProblems, error
from esspec.targets.form_file import FormFile, one_of, read_form
from esspec.targets.target import Target


class Layout(NamedTuple):
    """One form: its columns in their order, each with its header, and further ones that a user may add."""

    columns: Mapping[str, str]
    further: Mapping[str, str] = {}


class Shown(NamedTuple):
    """A column of a report: its header, and the column of the layout behind it, or one text for all lines."""

    header: str
    column: str | None
    value: str = ""


class Form(NamedTuple):
    """What a report looks like; `bom` puts a byte order mark in front, by which Excel knows UTF-8."""

    layout: str
    columns: tuple[Shown, ...]
    bom: bool


class Report(NamedTuple):
    """A report, and the places (line 0 where none) of rows whose condition none of its columns shows."""

    text: str
    hidden_conditions: tuple[int, ...] = ()


class Layouts(NamedTuple):
    """What a target can lay out: the layouts by name, its own first, and how documents become a report."""

    layouts: Mapping[str, Layout]
    write: Callable[[Sequence[Any], Form], Report]


class LayoutRequest(NamedTuple):
    """The options that ask for a report: a layout's name, names of columns, a file that says both, a mark."""

    layout: str | None = None
    columns: str | None = None
    columns_file: str | None = None
    bom: bool = False

    @property
    def asks(self) -> bool:
        """Return whether any of the options is given."""
        return self != LayoutRequest()


def form_of(request: LayoutRequest, layouts: Layouts, target: Target) -> Form:
    """Return the form that is asked for.

    Raises InputProblems (exit 2) for a layout or column that there is not, and what `read_form` raises.
    """
    if request.columns is not None and request.columns_file is not None:
        raise _usage("--columns", "--columns-file says which columns there are", "leave one of them away")
    file = None if request.columns_file is None else read_form(request.columns_file)
    name = _layout_name(request, file, layouts, target)
    layout = layouts.layouts[name]
    known = {**layout.columns, **layout.further}
    if file:
        file.check_columns(known, name)
        shown = [Shown(entry.header or known[entry.column or ""], entry.column, entry.value) for entry in file.entries]
    else:
        wanted = tuple(layout.columns) if request.columns is None else _named(request.columns, known, name)
        shown = [Shown(known[column], column) for column in wanted]
    return Form(name, tuple(shown), request.bom)


def _layout_name(request: LayoutRequest, file: FormFile | None, layouts: Layouts, target: Target) -> str:
    written = file.layout if file else None
    if request.layout and written and request.layout != written:
        message = f"{file.path if file else ''} is a form of the layout '{written}'"
        raise _usage("--layout", message, "leave --layout away, or name the same one")
    name = request.layout if request.layout is not None else written or next(iter(layouts.layouts))
    if name not in layouts.layouts:
        message = f"the target {target.name} has no layout '{name}'"
        if file and request.layout is None:
            raise InputProblems([file.problem(("layout",), message, one_of(name, layouts.layouts))])
        raise _usage("--layout", message, one_of(name, layouts.layouts))
    return name


def _named(columns: str, known: Iterable[str], layout: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in columns.split(","))
    for at, name in enumerate(names):
        if not name:
            raise _usage("--columns", "a column has no name", "write names with one comma between two, as in a,b,c")
        if name not in known:
            raise _usage("--columns", f"the layout {layout} has no column '{name}'", one_of(name, known))
        if name in names[:at]:
            raise _usage("--columns", f"'{name}' is named twice", "name each column once")
    return names


def _usage(where: str, message: str, remedy: str) -> InputProblems:
    return InputProblems([error("usage", where, (0, 0), message, remedy)])

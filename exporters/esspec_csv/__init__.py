"""The target `csv`: all permitted connections as one table, for reviewers and their spreadsheets.

One row per peer and port interval of a page's row; what is not isolated, isolated with nothing allowed, and
isolated with everything allowed have rows of their own. The columns are those of `Row` in `esspec_csv.table`.
"""

from typing import TYPE_CHECKING

from esspec.semantics.lifted import Lifted
from esspec.targets.target import Target
from esspec.targets.template import template
from esspec_csv.field import field
from esspec_csv.lower import lower
from esspec_csv.table import Table

if TYPE_CHECKING:
    from esspec.compiling.as_written import WrittenPage
    from esspec.targets.layouts import Layouts


def render(table: Table) -> str:
    """Return the CSV of a table (RFC 4180: CRLF; no field holds a line break, so each LF ends a record)."""
    text = template("esspec_csv", "connections.csv.jinja", field).render(table=table)
    return text.replace("\n", "\r\n")


def lift(text: str) -> Lifted:
    """Return what a CSV of connections says; see esspec_csv.lift."""
    from esspec_csv.lift import lift_text  # noqa: PLC0415 - an export reads nothing back

    return lift_text(text)


def as_written(page: "WrittenPage") -> tuple[Table, ...]:
    """Return the table of a page in its own words; see esspec_csv.written."""
    from esspec_csv.written import written_tables  # noqa: PLC0415 - an export of the model needs none of it

    return written_tables(page)


def layouts() -> "Layouts":
    """Return the forms of others in which the table can be written; see esspec_csv.layouts."""
    from esspec_csv.layouts import layouts as known  # noqa: PLC0415 - only a report needs them

    return known()


TARGET = Target(
    name="csv",
    summary="Comma-separated values, one row per connection",
    lower=lower,
    render=render,
    lift=lift,
    needs_features=False,
    as_written=as_written,
    layouts=layouts,
)

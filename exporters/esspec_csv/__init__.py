"""The target `csv`: all permitted connections as one table, for reviewers and their spreadsheets.

One row per peer and port interval of a page's row; what is not isolated, isolated with nothing allowed, and
isolated with everything allowed have rows of their own. The columns are those of `Row` in `lower`.
"""

from esspec.lifted import Lifted
from esspec.targets import Target
from esspec.template import template
from esspec_csv.field import field
from esspec_csv.lower import Table, lower


def render(table: Table) -> str:
    """Return the CSV of a table (RFC 4180: CRLF; no field holds a line break, so each LF ends a record)."""
    text = template("esspec_csv", "connections.csv.jinja", field).render(table=table)
    return text.replace("\n", "\r\n")


def lift(text: str) -> Lifted:
    """Return what a CSV of connections says; see esspec_csv.lift."""
    from esspec_csv.lift import lift_text  # noqa: PLC0415 - an export reads nothing back

    return lift_text(text)


TARGET = Target(
    name="csv",
    summary="Comma-separated values, one row per connection",
    lower=lower,
    render=render,
    lift=lift,
)

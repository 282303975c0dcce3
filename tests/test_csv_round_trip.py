"""The table read back says what the page says, whatever its texts; what is lost on the way is seen."""

from hypothesis import assume, given
from hypothesis import strategies as st

from csv_texts import text_of
from drawn import EXTERNALS, TEXTS, policy_sets
from esspec.model import PolicySet
from esspec.semantics.intended import intended, reasons_by_line
from esspec.semantics.lifted import Grant, Lifted
from esspec.terms import Direction
from esspec_csv import TARGET
from esspec_csv.records import records
from esspec_csv.table import Row, Table
from models import external

EVERY_API_SERVER = external("every API server", role="kube-apiserver")
EXTERNALS_OF_THE_TABLE = (*EXTERNALS, EVERY_API_SERVER)


def flat(grants: tuple[Grant, ...]) -> set[tuple[object, object]]:
    """Return every (peers, ports) granted."""
    return {(peers, ports) for grant in grants for peers in grant.peers for ports in grant.ports}


def said(lifted: Lifted) -> list[tuple[object, ...]]:
    """Return what policies say, in their order: name, subject, isolation, and what is granted in each direction."""
    return [(p.name, p.subject, p.isolates, *(flat(p.grants(d)) for d in Direction)) for p in lifted.policies]


@given(policy_sets(externals=EXTERNALS_OF_THE_TABLE))
def test_what_is_written_is_read_back(policies: PolicySet) -> None:
    """Names, selectors, ports, isolation and reasons are those of the model."""
    read = TARGET.lift(text_of(policies))
    assert said(read) == said(intended(policies))
    assert set(read.reasons) == set(reasons_by_line(policies))
    assert len(set(read.reasons)) == len(read.reasons)


@given(policy_sets(externals=EXTERNALS_OF_THE_TABLE))
def test_each_policy_names_its_first_line(policies: PolicySet) -> None:
    """The lines count in the text; every grant of a policy stands on one of them."""
    text = text_of(policies)
    for policy in TARGET.lift(text).policies:
        first = text.split("\r\n")[policy.line - 1]
        assert policy.name.replace('"', '""') in first
        assert all(policy.line <= grant.line for d in Direction for grant in policy.grants(d))


@given(st.lists(st.lists(TEXTS, min_size=13, max_size=13), max_size=4))
def test_any_text_comes_back_as_it_was(written: list[list[str]]) -> None:
    """Quotes, commas, apostrophes and formulas are the format's affair: lift sees the cells of the model."""
    table = Table("page.csv", tuple(map(Row._make, written)))
    assert [list(record[1:]) for record in records(TARGET.render(table))] == written


def meant(row: Row) -> tuple[str, ...]:
    """Return what of a row has a meaning: not the names, of which two may stand for the same pods."""
    port = row.port.replace("any", "1-65535")
    return (row.direction, row.protocol, port, row.source_selector, row.destination_selector)


@given(policy_sets(), st.data())
def test_a_lost_row_is_seen(policies: PolicySet, data: st.DataObject) -> None:
    """Without one of its rows a table says something else, unless another row, or no row at all, says the same."""
    (table,) = TARGET.lower(policies)
    lost = data.draw(st.integers(0, len(table.rows) - 1))
    row = table.rows[lost]
    rest = table.rows[:lost] + table.rows[lost + 1 :]
    assume(row.protocol or (policies.dns is None and "none" in (row.source, row.destination)))
    assume(all(meant(row) != meant(other) for other in rest))
    assert said(TARGET.lift(TARGET.render(Table("page.csv", rest)))) != said(intended(policies))


@given(policy_sets())
def test_the_table_is_the_same_each_time(policies: PolicySet) -> None:
    """The same model gives the same bytes."""
    assert text_of(policies) == text_of(policies.model_copy(deep=True))

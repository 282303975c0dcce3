"""What reading the table refuses, with the line; and no text whatever ends in a crash."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csv_texts import COLUMNS, HEADER, cells, dns, read, statement, text_of, unreadable
from drawn import ODD, TEXTS
from esspec.semantics.lifted import Unreadable
from esspec_csv import TARGET
from models import ANY, ANYONE, NONE, external, kube_dns, policy_set, ports, rule, workload

NODE = "role: node; addresses: 192.0.2.20/32"
NOT_DNS = "a rule without a line of the page must be one for name resolution"
BARE = "and without a port has no selector of a peer, no reason and no remarks"


@pytest.mark.parametrize(
    ("selector", "message"),
    [
        ("", "'' is no selector"),
        ("labels: app=zookeeper", "'labels: app=zookeeper' is no selector"),
        ("namespace: ; labels: app=a", "'' is no namespace"),
        ("namespace: On; labels: app=a", "'On' is no namespace"),
        ("namespace: on; labels: ", "'' is no label key"),
        ("namespace: on; labels: app", "'app' is no list of labels, each once"),
        ("namespace: on; labels: app=a, app=b", "'app=a, app=b' is no list of labels, each once"),
        ("namespace: on; labels: app=a=b", "'a=b' is no label value"),
        ("namespace: on; labels: app=a,b=c", "'a,b=c' is no label value"),
        ("role: master; addresses: 192.0.2.1/32", "a role is outside, node, kube-apiserver, not 'master'"),
        ("role: node", "the role node needs addresses"),
        ("role: outside", "the role outside needs addresses"),
        ("role: kube-apiserver; addresses: ", "'' is no masked CIDR in canonical form"),
        ("role: node; addresses: 192.0.2.1", "'192.0.2.1' is no masked CIDR in canonical form"),
        ("role: node; addresses: 192.0.2.1/24", "'192.0.2.1/24' is no masked CIDR in canonical form"),
        ("role: node; addresses: 192.0.2.010/32", "'192.0.2.010/32' is no masked CIDR in canonical form"),
        ("role: node; addresses: 2001:DB8::/32", "'2001:DB8::/32' is no masked CIDR in canonical form"),
    ],
)
def test_no_selectors(selector: str, message: str) -> None:
    """An as-written table has none, and cannot be read."""
    assert unreadable(HEADER + cells(source_selector=selector)) == f"2:1: {message}"


@pytest.mark.parametrize(
    "port", ["", "0", "65536", "08", "8-8", "9-8", "1-65536", "80, 81", "٨", "Any", "http", "1-", "99999999"]
)
def test_no_ports(port: str) -> None:
    """No default, no name, no other digits."""
    assert unreadable(HEADER + cells(port=port)) == f"2:1: '{port}' is no port from 1 to 65535 and no range of such"


@pytest.mark.parametrize("protocol", ["", "tcp", "ICMP", "any", "6"])
def test_no_protocols(protocol: str) -> None:
    """Protocol any is for statements only."""
    assert unreadable(HEADER + cells(protocol=protocol)) == (
        f"2:1: a rule has the protocol TCP, UDP, SCTP, not '{protocol}'"
    )


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (cells(direction="Ingress"), "the direction is ingress or egress, not 'Ingress'"),
        (cells(destination=""), "rows of ingress are about a workload, and not about ''"),
        (statement("none", destination="anyone"), "rows of ingress are about a workload, and not about 'anyone'"),
        (cells(destination_selector=NODE), f"'{NODE}' selects addresses, and 'kafka' is a workload"),
        (cells(source=""), "the peer has no name"),
        (cells(source="anyone"), "'anyone' has no selector"),
        (statement("anyone", port="80"), "with 'anyone', protocol and port are both any"),
        (statement("none", port="80"), "with 'none', protocol and port are both empty"),
        (statement("unspecified", protocol="any"), "with 'unspecified', protocol and port are both empty"),
        (statement("unspecified", line="5"), "what the page does not say stands on no line of it"),
        (statement("unspecified", page=""), "a table is about one page, and '' is not 'page.md'"),
        (statement("none", reason="why"), f"a row with 'none' {BARE}"),
        (statement("none", binding="override: x"), f"a row with 'none' {BARE}"),
        (statement("none", condition="If on"), f"a row with 'none' {BARE}"),
        (statement("none", other_side="line 1"), f"a row with 'none' {BARE}"),
        (statement("none", source_selector=NODE), f"a row with 'none' {BARE}"),
        (statement("anyone", source_selector=NODE), f"a row with 'anyone' {BARE}"),
        (statement("none", line=""), "'' is no line of a page"),
        (cells(line="010"), "'010' is no line of a page"),
        (cells(line="0"), "'0' is no line of a page"),
        (cells(line="\u0661"), "'\u0661' is no line of a page"),
        (cells(page=""), "a table is about one page, and '' is not 'page.md'"),
        (cells(page="other.md"), "a table is about one page, and 'other.md' is not 'page.md'"),
        (cells(binding="as written"), "'as written' is nothing that the binding adds to a rule"),
        (cells(line=""), NOT_DNS),
        (cells(line="", source="dns", binding="dns: why"), NOT_DNS),
        (dns(destination="names"), NOT_DNS),
        (dns(reason="other"), NOT_DNS),
        (dns(page="page.md"), "a rule for name resolution has no page, no condition and no other side"),
        (dns(condition="If on"), "a rule for name resolution has no page, no condition and no other side"),
        (dns(other_side="line 1"), "a rule for name resolution has no page, no condition and no other side"),
    ],
)
def test_no_rows(row: str, message: str) -> None:
    """A row that says what no row may say is named by its line."""
    assert unreadable(HEADER + cells(destination="other") + row) == f"3:1: {message}"


@pytest.mark.parametrize("word", ["none", "anyone", "unspecified"])
def test_contradictions(word: str) -> None:
    """A statement stands alone in its subject and direction; beside another direction or subject it may stand."""
    said = statement(word)
    contradicts = f"3:1: '{word}' contradicts other rows of this subject and direction"
    assert unreadable(HEADER + cells() + said) == contradicts
    assert unreadable(HEADER + said + said) == contradicts
    assert unreadable(HEADER + said + cells()) == (
        f"3:1: a rule contradicts '{word}' for the same subject and direction"
    )
    assert len(read(said, statement(word, "egress"), cells(destination="other")).policies) == 2


def test_name_resolution_needs_isolation() -> None:
    """What is not isolated needs no rule; that it has one means that a row is wrong."""
    said = statement("unspecified", "egress")
    assert unreadable(HEADER + said + dns()).startswith("3:1: a rule contradicts 'unspecified'")
    assert unreadable(HEADER + dns() + said).startswith("3:1: 'unspecified' contradicts")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", f"1:1: the header is not {COLUMNS}"),
        ("\ufeff" + HEADER, f"1:1: the header is not {COLUMNS}"),
        (HEADER.replace("line", "row"), f"1:1: the header is not {COLUMNS}"),
        (HEADER.replace('"direction",', ""), f"1:1: the header is not {COLUMNS}"),
        (cells(), f"1:1: the header is not {COLUMNS}"),
        (HEADER + "\r\n", "2:1: this row has 0 fields, and the header 13"),
        (HEADER + cells() + cells()[:-2] + ',""\r\n', "3:1: this row has 14 fields, and the header 13"),
        (HEADER + cells().replace('"10",', ""), "2:1: this row has 12 fields, and the header 13"),
        (HEADER + cells() + cells().replace('"why"', '"why" '), "3:1: this is no CSV: ',' expected after '\"'"),
        (HEADER + cells() + cells()[:-3], "3:1: this is no CSV: unexpected end of data"),
        (HEADER + cells() + cells(reason="a\nb"), "3:1: a cell holds a line break"),
        (HEADER + cells(reason="a\rb"), "2:1: the cell reason holds U+000D, which cannot be seen"),
        (HEADER + cells(reason="a\tb"), "2:1: the cell reason holds U+0009, which cannot be seen"),
        (HEADER + cells(reason="\u202e"), "2:1: the cell reason holds U+202E, which cannot be seen"),
        (HEADER + cells(reason="\0"), "2:1: the cell reason holds U+0000, which cannot be seen"),
        (HEADER + cells(reason="\ud800"), "2:1: the cell reason holds U+D800, which cannot be seen"),
        (HEADER + cells(reason="=1"), "2:1: a cell is a formula to a spreadsheet: '=1'"),
        (HEADER + cells(reason="\uff1d1"), "2:1: a cell is a formula to a spreadsheet: '\uff1d1'"),
        (HEADER + cells(source="'a"), '2:1: a cell begins with an apostrophe that guards nothing: "\'a"'),
        (HEADER + cells(source="'"), '2:1: a cell begins with an apostrophe that guards nothing: "\'"'),
    ],
)
def test_no_table(text: str, message: str) -> None:
    """Another header, other fields, other line ends, other characters: not what anybody exported."""
    assert unreadable(text) == message


SEED = text_of(
    policy_set(
        workload("a", [rule("b", ANYONE, on=ports(1, (2, 3)))], NONE),
        workload("b", ANY, [rule("@gate", "a", protocol="UDP", reason="=1")]),
        workload("c"),
        externals=[external("gate", "192.0.2.0/24")],
        dns=kube_dns(),
    )
)


def read_or_refused(text: str) -> None:
    """Read a text; anything but Unreadable is a bug."""
    with suppress(Unreadable):
        TARGET.lift(text)


@given(st.text())
def test_any_text_is_read_or_unreadable(text: str) -> None:
    """Alone, and below a good header."""
    read_or_refused(text)
    read_or_refused(HEADER + text)


@given(st.lists(st.tuples(st.integers(0, len(SEED)), st.integers(0, 30), st.text(ODD, max_size=3)), max_size=4))
def test_damaged_text_is_read_or_unreadable(changes: list[tuple[int, int, str]]) -> None:
    """A table with pieces cut out and put in."""
    text = SEED
    for at, length, put in changes:
        text = text[:at] + put + text[at + length :]
    read_or_refused(text)


WORDS = ["", "ingress", "egress", "anyone", "none", "any", "TCP", "1-2", "dns", "page.md", "1", "kafka", "dns: ", NODE]


@given(st.lists(st.lists(st.sampled_from(WORDS) | TEXTS, min_size=13, max_size=13), max_size=3))
def test_any_rows_are_read_or_unreadable(rows: list[list[str]]) -> None:
    """Rows of the right length with words in the wrong places."""
    quoted = (",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)
    read_or_refused(HEADER + "\r\n".join(quoted))

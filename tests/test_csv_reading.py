"""What reading the table takes, word by word."""

import csv

import pytest

from csv_texts import HEADER, cells, dns, read, statement
from esspec.semantics.lifted import (
    EVERYONE,
    NAMESPACE,
    Grant,
    Lifted,
    Outside,
    Ports,
    Reason,
    all_ports,
    label,
    only,
    pods,
)
from esspec.terms import Direction, Protocol, Role
from esspec_csv import TARGET

KAFKA = pods([(NAMESPACE, only("on")), (label("app"), only("kafka"))])
ZOOKEEPER = pods([(NAMESPACE, only("on")), (label("app"), only("zookeeper"))])
DNS = pods([(NAMESPACE, only("kube-system")), (label("k8s-app"), only("kube-dns"))])
TCP = Ports(Protocol.TCP, 2181, 2181)
NODE = "role: node; addresses: 192.0.2.20/32"


def test_a_rule() -> None:
    """The name of the subject, both selectors, the port; the line is that of the text, the reason's the page's."""
    (policy,) = read(cells()).policies
    assert (policy.name, policy.subject, policy.line) == ("kafka", KAFKA, 2)
    assert policy.isolates == {Direction.INGRESS}
    assert policy.ingress == (Grant((ZOOKEEPER,), (TCP,), 2),)
    assert policy.egress == ()
    assert read(cells()).reasons == (Reason("line 10", "why"),)


def test_statements() -> None:
    """None isolates, anyone with any protocol allows all, unspecified does neither."""
    (none,) = read(statement("none")).policies
    assert (none.isolates, none.ingress) == (frozenset({Direction.INGRESS}), ())
    (any_,) = read(statement("anyone", "egress")).policies
    assert any_.isolates == {Direction.EGRESS}
    assert any_.egress == (Grant((EVERYONE,), all_ports(), 2),)
    (silent,) = read(statement("unspecified"), statement("unspecified", "egress")).policies
    assert (silent.isolates, silent.ingress, silent.egress) == (frozenset(), (), ())
    assert read(statement("none")).reasons == ()


def test_rows_of_one_subject_are_one_policy() -> None:
    """Whatever their order; another name or another selector is another subject."""
    other = cells(destination="kafka 2")
    policies = read(cells(), statement("none", "egress"), other, cells(line="11", port="any")).policies
    assert [(p.name, p.line, len(p.ingress)) for p in policies] == [("kafka", 2, 2), ("kafka 2", 4, 1)]
    assert policies[0].isolates == frozenset(Direction)


def test_name_resolution() -> None:
    """A row without a line of the page grants, and its reason belongs to no line; None may stand beside it."""
    lifted = read(statement("none", "egress"), dns(protocol="UDP", port="53"), dns(port="53"))
    (policy,) = lifted.policies
    assert policy.egress == tuple(
        Grant((DNS,), (Ports(p, 53, 53),), at) for p, at in ((Protocol.UDP, 3), (Protocol.TCP, 4))
    )
    assert lifted.reasons == (Reason("dns", "names"),)


def test_each_line_of_the_page_has_its_reason_once() -> None:
    """Two rows of one line with different reasons are both reported."""
    lifted = read(cells(), cells(port="1"), cells(port="2", reason="'=other"), cells(line="11"))
    assert lifted.reasons == (Reason("line 10", "why"), Reason("line 10", "=other"), Reason("line 11", "why"))


@pytest.mark.parametrize(
    ("selector", "peers"),
    [
        ("namespace: *; labels: app=", pods([(label("app"), only(""))])),
        ("namespace: on; labels: app=zookeeper", ZOOKEEPER),
        (
            "namespace: on; labels: b=1e3, a/c=x",
            pods([(NAMESPACE, only("on")), (label("a/c"), only("x")), (label("b"), only("1e3"))]),
        ),
        (NODE, Outside(("192.0.2.20/32",), frozenset({Role.NODE}))),
        ("role: outside; addresses: 0.0.0.0/0, ::/0", Outside(("0.0.0.0/0", "::/0"), frozenset({Role.OUTSIDE}))),
        ("role: kube-apiserver", Outside(None, frozenset({Role.KUBE_APISERVER}))),
    ],
)
def test_selectors(selector: str, peers: object) -> None:
    """The selector says who is meant; the name beside it is for people."""
    (policy,) = read(cells(source_selector=selector)).policies
    assert policy.ingress[0].peers == (peers,)


@pytest.mark.parametrize(
    ("port", "first", "last"), [("1", 1, 1), ("65535", 65535, 65535), ("1-65535", 1, 65535), ("any", 1, 65535)]
)
@pytest.mark.parametrize("protocol", ["TCP", "UDP", "SCTP"])
def test_ports(protocol: str, port: str, first: int, last: int) -> None:
    """A number, a range or `any`, of one protocol."""
    (policy,) = read(cells(protocol=protocol, port=port)).policies
    assert policy.ingress[0].ports == (Ports(Protocol(protocol), first, last),)


def test_what_is_not_read() -> None:
    """The condition, the binding's remarks and the other side are for people."""
    with_more = cells(condition="If enabled", binding="override: x; accepted: cilium = all-nodes", other_side="line 3")
    assert read(with_more) == read(cells())


def test_plain_csv() -> None:
    """Fields without quotes and lines that end in LF say the same (RFC 4180), also without a last line end."""
    text = HEADER + cells()
    assert TARGET.lift(text.replace("\r\n", "\n").rstrip()) == TARGET.lift(text.replace('"', "")) == TARGET.lift(text)


def test_a_table_without_rows() -> None:
    """A page may say nothing at all."""
    assert TARGET.lift(HEADER) == Lifted((), ())


def test_a_long_cell() -> None:
    """The limit of Python's reader is none of ours, and stays as it was."""
    before = csv.field_size_limit()
    (reason,) = read(cells(reason="x" * 200_000)).reasons
    assert (len(reason.reason), csv.field_size_limit()) == (200_000, before)

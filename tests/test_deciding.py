"""Which lines decide a flow at one end: those that let it through, or those that isolate the end."""

import pytest

from esspec.semantics.deciding import Deciding
from esspec.semantics.ends import Ends
from esspec.semantics.lifted import EVERYONE, Grant, Pods, Policy, Ports, all_ports, label, only, pods
from esspec.semantics.meaning import Segment, selectors_of
from esspec.semantics.views import Sourced
from esspec.terms import Direction, Protocol

WEB, DB = pods([(label("app"), only("web"))]), pods([(label("app"), only("db"))])


def grant(line: int, *peers: Pods, ports: tuple[Ports, ...] = all_ports()) -> Grant:
    return Grant(peers, ports, line)


POLICIES = (
    Policy("a", WEB, frozenset(Direction), (grant(2, DB),), (grant(3, DB, ports=(Ports(Protocol.TCP, 80, 90),)),), 1),
    Policy(
        "b",
        pods([]),
        frozenset([Direction.EGRESS]),
        (grant(12, DB),),
        (Grant((EVERYONE,), all_ports(Protocol.UDP), 13),),
        11,
    ),
    Policy("c", DB, frozenset([Direction.INGRESS]), (grant(22), Grant((EVERYONE,), (), 23)), (), 21),
)
ENDS = Ends(selectors_of(POLICIES), ())
DECIDING = Deciding((Sourced(policy, "f") for policy in POLICIES), ENDS)
IS_WEB, IS_DB = (ENDS.pod({label("app"): value}) for value in ("web", "db"))


@pytest.mark.parametrize(
    ("subject", "direction", "names"),
    [
        pytest.param(IS_WEB, Direction.EGRESS, "ab", id="by its own and by one for every pod"),
        pytest.param(IS_WEB, Direction.INGRESS, "a", id="a policy isolates only the directions it names"),
        pytest.param(IS_DB, Direction.INGRESS, "c", id="by its own"),
        pytest.param(ENDS.pod({}), Direction.INGRESS, "", id="by none"),
    ],
)
def test_who_isolates(subject: int, direction: Direction, names: str) -> None:
    assert "".join(found.policy.name for found in DECIDING.isolating(subject, direction)) == names


@pytest.mark.parametrize(
    ("wanted", "lines"),
    [
        pytest.param(Segment(Protocol.TCP, 80, 80, 1), [3], id="first port"),
        pytest.param(Segment(Protocol.TCP, 90, 100, 1), [3], id="last port"),
        pytest.param(Segment(Protocol.TCP, 79, 79, 1), [], id="port before"),
        pytest.param(Segment(Protocol.TCP, 91, 91, 1), [], id="port behind"),
        pytest.param(Segment(Protocol.UDP, 80, 80, 1), [13], id="the same number of another protocol"),
        pytest.param(Segment(Protocol.SCTP, 80, 80, 1), [], id="a third protocol"),
    ],
)
def test_who_lets_through_on_a_port(wanted: Segment, lines: list[int]) -> None:
    found = DECIDING.granting(IS_WEB, Direction.EGRESS, 1 << IS_DB, (wanted,))
    assert [granting.place for granting in found] == [("f", line) for line in lines]


def test_who_lets_through_a_peer() -> None:
    """A grant without peers or without ports lets nobody through; one of a direction that is not isolated is void."""
    everything = tuple(Segment(protocol, 1, 65535, 1) for protocol in Protocol)
    assert [g.grant.line for g in DECIDING.granting(IS_WEB, Direction.INGRESS, 1 << IS_DB, everything)] == [2]
    assert list(DECIDING.granting(IS_WEB, Direction.INGRESS, 1 << IS_WEB, everything)) == []
    assert list(DECIDING.granting(IS_DB, Direction.INGRESS, ENDS.everyone, everything)) == []

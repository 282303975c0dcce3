"""What `esspec verify` found: equal or not, over how many flows, under which assumptions; its JSON is the same."""

from typing import Literal

from pydantic import Field

from esspec.terms import Direction, Protocol
from esspec.value import Value

ASSUMPTIONS = (
    "the listed addresses of role kube-apiserver are all API-server addresses of the cluster",
    "no external's addresses hold pods, or nodes that the binding does not list",
    "flows that no policy touches are left out: a pod to itself, the local node to its pods, replies",
    "TCP, UDP and SCTP only: the Kubernetes API gives other protocols no meaning",
    "Cilium runs with policy enforcement mode default and default CIDR matching",
    "Calico's default tier ends with Deny, and no other tier or policy decides first",
)


class Verdict(Value):
    """What one party says about the flow, and the lines that decide it."""

    party: str
    verdict: Literal["allowed", "denied"]
    decided_by: tuple[str, ...]


class Counterexample(Value):
    """The smallest flow about which two parties disagree.

    `port` is 0 where the flows are equal and only isolation differs: one party isolates and allows everything.
    """

    subject: str
    direction: Direction
    peer: str
    protocol: Protocol
    port: int
    verdicts: tuple[Verdict, ...]


class Verification(Value):
    """The result of `verify`; its JSON is `esspec/verify/1`.

    `flow_classes` counts (pod class, direction, peer class, protocol, port interval), `flows` the concrete flows
    in them: 3 x 65,535 per (pod class, direction, peer class). Of several `cases` (profiles, or combinations of
    features) these are sums, and the counts of classes the largest; `case` is the first that is unequal.
    """

    schema_: Literal["esspec/verify/1"] = Field(default="esspec/verify/1", alias="schema")
    equal: bool
    targets: tuple[str, ...]
    pod_classes: int
    peer_classes: int
    flow_classes: int
    flows: int
    assumptions: tuple[str, ...]
    accepted: tuple[str, ...]
    refusals: tuple[str, ...]
    lost_reasons: tuple[str, ...]
    counterexample: Counterexample | None
    cases: int = 1
    case: str = ""

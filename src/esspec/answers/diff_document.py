"""The schema of the JSON that `esspec diff` prints: `esspec/diff/1`."""

from typing import Literal

from pydantic import Field

from esspec.model import PortRange
from esspec.terms import Direction
from esspec.value import Value


class ChangedPorts(PortRange):
    """Ports `first` to `last`, both included.

    Where there is a `name`, it is the port of that name, which no pod at hand has, and the number only stands for it.
    """

    name: str = ""


_Ports = tuple[ChangedPorts, ...] | Literal["all"]
_Protocol = Literal["TCP", "UDP", "SCTP", "any"]


class ChangeDocument(Value):
    """Flows that both ends permit on one side only: `removed` are those of `a`, `added` those of `b`.

    `a` and `b` are the rows that let them through at one end or at both, as `file:line`; `denied_by` is what isolates
    an end on the side that does not allow them. `reason` is that of the rows on the side that does.
    """

    change: Literal["added", "removed"]
    src: str
    dst: str
    protocol: _Protocol
    ports: _Ports
    a: tuple[str, ...]
    b: tuple[str, ...]
    reason: str
    denied_by: tuple[str, ...]


class ReasonDocument(Value):
    """Flows that one direction permits on both sides, for reasons that only one side gives (`--reasons`)."""

    src: str
    dst: str
    direction: Direction
    protocol: _Protocol
    ports: _Ports
    a: tuple[str, ...]
    b: tuple[str, ...]
    a_reasons: tuple[str, ...]
    b_reasons: tuple[str, ...]


class WorkloadDocument(Value):
    """A workload or an external that is not the same on both sides; null where a side does not have it.

    `more` and `less` say what changes for ends that are told apart by the labels of one side only.
    """

    a: str | None
    b: str | None
    by: Literal["name", "alias", "labels", ""]
    a_labels: str
    b_labels: str
    more: bool
    less: bool


class DiffDocument(Value):
    """The JSON form of `esspec diff`; `a` and `b` are its sides as they were named."""

    schema_: Literal["esspec/diff/1"] = Field(default="esspec/diff/1", alias="schema")
    a: str
    b: str
    equal: bool
    changes: tuple[ChangeDocument, ...]
    reasons: tuple[ReasonDocument, ...]
    workloads: tuple[WorkloadDocument, ...]

"""The JSON form of an explanation, `esspec/explain/1`, as its schema describes it.

`esspec.answers.explanation_json` writes it without these models: they take longer to import than an answer to find.
"""

from typing import Annotated, Literal

from pydantic import Field

from esspec.terms import FIRST_PORT, LAST_PORT, Direction, Protocol
from esspec.value import Value

Verdict = Literal["allowed", "denied"]
Port = Annotated[int, Field(ge=FIRST_PORT, le=LAST_PORT)]


class ExplainedPorts(Value):
    """The ports `first` to `last` of a protocol, both included.

    Where there is a `name`, it is the port of that name, which no pod at hand has, and the number only stands for it.
    """

    protocol: Protocol
    first: Port
    last: Port
    name: str = ""


class DecidingRow(Value):
    """A row of the page, or a rule of an object, that permits `conn`; or what isolates an end, with an empty `conn`."""

    row: str
    object: str
    conn: str
    reason: str


class ConditionalRow(DecidingRow):
    """A row that would permit `conn` in another state of a feature."""

    condition: str


class ExplainedEnd(Value):
    """What one end says: where it is not isolated, everything is allowed and nothing decides it."""

    verdict: Verdict
    isolated: bool
    decided_by: tuple[DecidingRow, ...]
    conditional: tuple[ConditionalRow, ...]


class MissingTableRow(Value):
    """A row that would permit the connection if the workload's table had it, for each of `protocols` alike.

    `row` shows the first protocol; it is empty where the binding has no name for the peer yet. Where a statement stands
    in place of a table, `instead_of` is its `file:line`, and `header` begins the table that has to stand there.
    """

    workload: str
    direction: Direction
    protocols: tuple[Protocol, ...]
    row: str
    instead_of: str
    header: str


class ExplainedConnection(Value):
    """What holds between two ends on some ports; `conn` is those in words. An end outside has no side of its own.

    Where `same_workload` is true, this is about two pods of one workload: a pod always reaches itself.
    """

    verdict: Verdict
    src: str
    dst: str
    same_workload: bool
    conn: str
    ports: tuple[ExplainedPorts, ...]
    egress: ExplainedEnd | None
    ingress: ExplainedEnd | None
    missing: tuple[MissingTableRow, ...]


class ExplainedExposure(Value):
    """Pods that nobody named and that a workload's own policies let through: "entire-cluster", or a selector."""

    workload: str
    direction: Direction
    peer: str
    conn: str


class ExplainDocument(Value):
    """The answers to a question about `src`, `dst` and `conn`; "*" is everybody.

    Of everybody to everybody only what is allowed is told. `exposure` is filled where an end is everybody.
    """

    schema_: Literal["esspec/explain/1"] = Field(default="esspec/explain/1", alias="schema")
    src: str
    dst: str
    conn: str
    answers: tuple[ExplainedConnection, ...]
    exposure: tuple[ExplainedExposure, ...]

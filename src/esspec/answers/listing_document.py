"""The JSON form of a list of connections, `esspec/list/1`, as its schema describes it.

`esspec.answers.listing_text` writes it without these models: they take longer to import than a list to make.
"""

from typing import Literal

from pydantic import Field

from esspec.terms import Direction
from esspec.value import Value


class ListedConnection(Value):
    """That `src` may connect to `dst`; `conn` is "All Connections" or "TCP 1-1024,8080; UDP 53".

    `rows` are the places that decide it at both ends; an end that no policy isolates has none. `reasons` are what
    stands there, each once; `conditions` are those of rows that do not hold always, each with its place.
    """

    src: str
    dst: str
    conn: str
    rows: tuple[str, ...]
    reasons: tuple[str, ...]
    conditions: tuple[str, ...]


class UnprotectedDirection(Value):
    """That no policy isolates a direction of a workload."""

    workload: str
    direction: Direction


class ListedExposure(Value):
    """Whom workloads admit and may reach, by their own policies: outside, the whole cluster, pods without a name."""

    egress: tuple[ListedConnection, ...]
    ingress: tuple[ListedConnection, ...]
    unprotected: tuple[UnprotectedDirection, ...]


class ListDocument(Value):
    """The connections that both ends permit; `exposure` is there where it was asked for."""

    schema_: Literal["esspec/list/1"] = Field(default="esspec/list/1", alias="schema")
    connections: tuple[ListedConnection, ...]
    exposure: ListedExposure | None = None

"""Words for the tests of the target csv: the table as text, and its rows as any reader of CSV gives them."""

import csv
import io

import pytest

from esspec.model import PolicySet
from esspec.semantics.lifted import Lifted, Unreadable
from esspec_csv import TARGET

COLUMNS = (
    "direction,source,destination,protocol,port,reason,condition,page,line,"
    "source_selector,destination_selector,binding,other_side"
)
HEADER = ",".join(f'"{name}"' for name in COLUMNS.split(",")) + "\r\n"


def text_of(policies: PolicySet) -> str:
    """Return the one file that a model is exported to."""
    (table,) = TARGET.lower(policies)
    return TARGET.render(table)


def rows_of(policies: PolicySet) -> list[dict[str, str]]:
    """Return the rows as a standard reader gives them, apostrophes included."""
    return list(csv.DictReader(io.StringIO(text_of(policies), newline=""), strict=True))


def row_of(policies: PolicySet, **where: str) -> dict[str, str]:
    """Return the one row with these cells."""
    (found,) = (row for row in rows_of(policies) if where.items() <= row.items())
    return found


def cells(**given: str) -> str:
    """Return the line of a rule from zookeeper to kafka, but for the cells given."""
    usual = {
        "direction": "ingress",
        "source": "zookeeper",
        "destination": "kafka",
        "protocol": "TCP",
        "port": "2181",
        "reason": "why",
        "page": "page.md",
        "line": "10",
        "source_selector": "namespace: on; labels: app=zookeeper",
        "destination_selector": "namespace: on; labels: app=kafka",
    }
    assert given.keys() <= set(COLUMNS.split(","))
    written = [(usual | given).get(name, "").replace('"', '""') for name in COLUMNS.split(",")]
    return ",".join(f'"{cell}"' for cell in written) + "\r\n"


def statement(word: str, direction: str = "ingress", **given: str) -> str:
    """Return the line of a statement about kafka, but for the cells given."""
    what = {"protocol": "any", "port": "any"} if word == "anyone" else {"protocol": "", "port": ""}
    line = "" if word == "unspecified" else "5"
    near, far = ("destination", "source") if direction == "ingress" else ("source", "destination")
    ends = {near: "kafka", f"{near}_selector": "namespace: on; labels: app=kafka", far: word, f"{far}_selector": ""}
    return cells(**{"direction": direction, "reason": "", "line": line} | what | ends | given)


def dns(**given: str) -> str:
    """Return the line of a rule for name resolution of kafka, but for the cells given."""
    usual = {
        "direction": "egress",
        "source": "kafka",
        "source_selector": "namespace: on; labels: app=kafka",
        "destination": "dns",
        "destination_selector": "namespace: kube-system; labels: k8s-app=kube-dns",
        "reason": "names",
        "page": "",
        "line": "",
        "binding": "dns: names",
    }
    return cells(**usual | given)


def read(*lines: str) -> Lifted:
    """Return what a table of these lines says."""
    return TARGET.lift(HEADER + "".join(lines))


def unreadable(text: str) -> str:
    """Return how reading a text fails, with line and column."""
    with pytest.raises(Unreadable) as broken:
        TARGET.lift(text)
    found = broken.value
    assert str(found) == f"{found.line}:{found.column}: {found.message}"
    return str(found)

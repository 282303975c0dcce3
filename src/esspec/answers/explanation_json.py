"""An explanation as the JSON document `esspec/explain/1`; `esspec.answers.explanation_document` describes it."""

import json

from esspec.answers.explaining import Answer, Decider, EndAnswer, Explanation
from esspec.answers.exposure import Exposed
from esspec.answers.missing_rows import MissingRow, missing_rows
from esspec.semantics.ends import PortNames
from esspec.semantics.opened import Opened, in_words, name_of
from esspec.semantics.scenes import Scene


def as_json(found: Explanation, scene: Scene) -> str:
    """Return an explanation as one JSON document."""
    asked = found.question
    document = {
        "schema": "esspec/explain/1",
        "src": asked.source.words,
        "dst": asked.destination.words,
        "conn": in_words(asked.ports),
        "answers": [_answer(answer, found, scene) for answer in found.answers],
        "exposure": [_exposed(exposed, scene) for exposed in found.exposed],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _answer(answer: Answer, found: Explanation, scene: Scene) -> dict[str, object]:
    return {
        "verdict": answer.verdict,
        "src": answer.src,
        "dst": answer.dst,
        "same_workload": answer.is_among_alike,
        "conn": in_words(answer.opened, answer.names),
        "ports": _ports(answer.opened, answer.names),
        "egress": _end(answer.egress, answer.names),
        "ingress": _end(answer.ingress, answer.names),
        "missing": [_missing(row) for row in missing_rows(scene.view, found.question, answer)],
    }


def _ports(opened: Opened, names: PortNames) -> list[dict[str, object]]:
    named = [(segment, name_of(segment, names)) for segment in opened]
    return [
        {"protocol": s.protocol, "first": s.first, "last": s.last, **({"name": name} if name else {})}
        for s, name in named
    ]


def _end(end: EndAnswer | None, names: PortNames) -> dict[str, object] | None:
    if end is None:
        return None
    decided_by = [_decider(decider, names) for decider in end.deciders if not decider.condition]
    conditional = [{**_decider(d, names), "condition": d.condition} for d in end.deciders if d.condition]
    return {"verdict": end.verdict, "isolated": end.isolated, "decided_by": decided_by, "conditional": conditional}


def _decider(decider: Decider, names: PortNames) -> dict[str, object]:
    return {
        "row": decider.place,
        "object": decider.name,
        "conn": in_words(decider.opened, names),
        "reason": decider.reason,
    }


def _missing(missing: MissingRow) -> dict[str, object]:
    return {
        "workload": missing.workload,
        "direction": missing.direction,
        "protocols": list(missing.protocols),
        "row": missing.row,
        "instead_of": missing.instead_of,
        "header": missing.header,
    }


def _exposed(found: Exposed, scene: Scene) -> dict[str, object]:
    return {
        "workload": found.workload,
        "direction": found.direction,
        "peer": found.peer,
        "conn": scene.conn(found.opened, found.destinations),
    }

"""A second reader of pages, naive on purpose: it goes line by line, cuts at pipes and matches words.

It knows no Markdown beyond headings and tables, and shares no code with esspec. What it cannot read it says so of.
"""

import html
import re
from collections.abc import Mapping
from typing import NamedTuple

_INWARD = {"incoming", "inbound", "ingress"}
_OUTWARD = {"outgoing", "outbound", "egress"}
_AROUND = {"network", "connections", "connection", "permitted", "rules", "traffic", "the", "policies", "access"}
_AROUND |= {"and", "to", "from", "for", "only"}
_ROLES = {
    "protocol": {"type", "protocol"},
    "ingress": {"origin", "source", "from"},
    "egress": {"destination", "to"},
    "port": {"port", "ports", "port(s)"},
    "reason": {"reason", "purpose", "description"},
    "condition": {"enabled in policy", "required", "condition"},
    "labels": {"pod label", "pod labels", "pod label(s)", "label"},
}
_PROTOCOLS = ("TCP", "UDP", "SCTP")
_ANYONE = {"anywhere", "anyone", "any", "any pod", "any pods"}
_LAST_PORT = 65535
_SHORT = 100
_DELIMITER = re.compile(r"\s*\|?(\s*:?-+:?\s*\|)*\s*:?-+:?\s*\|?\s*")
_RULER = r"[-*+]$|(?:-\s*){3,}$|(?:\*\s*){3,}$|(?:_\s*){3,}$"
_BLOCK = re.compile(rf" {{4}}|\t|\s*(?:#{{1,6}}(?:\s|$)|>|```|~~~|<(?!br)|[-*+]\s|\d+[.)]\s|{_RULER})")
_BETWEEN = r"\s*[,;&\n]\s*(?:(?:and|or)\s+)?|\s+(?:and|or)\s+"
_SEPARATOR = re.compile(_BETWEEN, re.IGNORECASE)
_NEXT_NUMBER = re.compile(rf"(?:{_BETWEEN})(?=[0-9])", re.IGNORECASE)
_PORTS = re.compile(r"(?:^|\s)(?:(?:to|on|at|over|via)\s+)?ports?\s+(?=[0-9])", re.IGNORECASE)
_NUMBERS = re.compile(r"([0-9]{1,5})(?:\s*(?:-|\u2013|\bto\b)\s*([0-9]{1,5}))?")
_INSTANCE = re.compile(r"any pods? in (the )?(.* )?instance", re.IGNORECASE)
_LABEL = re.compile(r"\s*(?:<p>)?(?:[-*+]\s+)?(.*?):\s*(any\b|none\b|)\.?\s*", re.IGNORECASE)


class Known(NamedTuple):
    """What a binding says: whom names stand for (by `folded`), and what its other tables hold.

    `decided` has the peers and ports of overrides (empty where an override leaves them alone) by their rows.
    """

    names: Mapping[str, str]
    variables: Mapping[str, str]
    placeholders: Mapping[str, str]
    remarks: frozenset[str]
    decided: Mapping[str, tuple[tuple[str, ...], str]]


class Seen(NamedTuple):
    """What a row says, or a statement, whose `ports` are `any` or `none`.

    Names are as `Known.names` has them; of a condition and a reason only letters and digits are kept.
    """

    workload: str
    direction: str
    protocol: str
    ports: str
    peers: tuple[str, ...] = ()
    condition: str = ""
    labels: frozenset[str] = frozenset()
    reason: str = ""


class _Unclear(Exception):
    """A cell that cannot be read."""


class _Place(NamedTuple):
    """Where the reader is: `heading` is a direction of its own, `label` the last one below it."""

    workload: str = ""
    heading: str = ""
    label: str = ""


def read_by_eye(text: str, known: Known) -> dict[int, Seen | None]:
    """Return what the lines of a page say: rows of tables of rules and statements, and what looks like such.

    It is None where that cannot be told.
    """
    lines = re.split(r"\r\n|\r|\n", text)
    found: dict[int, Seen | None] = {}
    place, columns, delimiter = _Place(), list[str](), 0
    for number, raw in enumerate(lines, 1):
        line = re.sub(r"^((?:- )?)(?:<b>|<br>)", r"\1", raw)  # bold words, or a line of their own, to a browser
        if re.match(r" {0,3}#{1,6}\s+\S", line):
            place, columns = _below_heading(line, place, known), []
        elif not columns and _table_begins(lines, number - 1):
            columns, delimiter = [_role(cell, known) for cell in _cells(line)], number + 1
        elif columns and line.strip() and not _BLOCK.match(line):
            if number != delimiter and _is_rules(columns) and not re.fullmatch(r"\{:.*\}", line.strip()):
                found[number] = _row(line, columns, place, known)
        else:
            columns = []
            place = place._replace(label=_label(line) or place.label)
            if _is_statement(line) or _looks_like_row(line):
                found[number] = _statement(line, place, known)
    return found


def section_of(lines: list[str], number: int) -> range:
    """Return the lines from the heading above a line to the end of the line's block."""
    first = next((n for n in range(number, 0, -1) if re.match(r"\s*#", lines[n - 1])), 1)
    last = next((n for n in range(number, len(lines) + 1) if not lines[n - 1].strip()), len(lines))
    return range(first, last + 1)


def _below_heading(line: str, above: _Place, known: Known) -> _Place:
    name = _plain(re.sub(r"^[#\s]+|\s+#+\s*$", "", line), known).rstrip(": ")
    direction = _direction_of(name)
    if direction:
        return _Place("", direction)
    return _Place(name, above.heading if line.lstrip().startswith("###") else "")


def _table_begins(lines: list[str], at: int) -> bool:
    below = lines[at + 1] if at + 1 < len(lines) else ""
    return "|" in lines[at] and bool(_DELIMITER.fullmatch(below)) and len(_cells(below)) == len(_cells(lines[at]))


def _is_rules(columns: list[str]) -> bool:
    return bool({"ingress", "egress"} & set(columns)) and len(set(columns) - {""}) > 1


def _looks_like_row(line: str) -> bool:
    return "|" in line and any(cell.strip(" *_").upper() in _PROTOCOLS for cell in _cells(line))


def _cells(line: str) -> list[str]:
    found = re.split(r"(?<!\\)\|", line.strip())
    found = found[1:] if not found[0] else found
    found = found[:-1] if found and not found[-1] else found
    return [cell.strip() for cell in found]


def _direction_of(text: str) -> str:
    """Return the direction that a heading or label is about, empty for none or both."""
    words = set(re.findall(r"[a-z]+", text.lower()))
    if words - _INWARD - _OUTWARD - _AROUND or bool(words & _INWARD) == bool(words & _OUTWARD):
        return ""
    return "ingress" if words & _INWARD else "egress"


def _label(line: str) -> str:
    found = _LABEL.fullmatch(line)
    return _direction_of(found[1]) if found and not found[2] else ""


def _is_statement(line: str) -> bool:
    words = set(re.findall(r"[a-z]+", line.lower()))
    return (
        len(line) < _SHORT and "|" not in line and bool(words & (_INWARD | _OUTWARD)) and bool(words & {"any", "none"})
    )


def _statement(line: str, place: _Place, known: Known) -> Seen | None:
    found = _LABEL.fullmatch(line)
    direction = _direction_of(found[1]) if found and found[2] else ""
    if not found or not direction or not place.workload or (place.heading and place.heading != direction):
        return None
    return Seen(_name(place.workload, known), direction, "", found[2].lower())


def _role(cell: str, known: Known) -> str:
    name = re.sub(r"[*_:`]", "", _plain(cell, known)).strip().lower()
    return next((role for role, names in _ROLES.items() if name in names), "")


def _row(line: str, columns: list[str], place: _Place, known: Known) -> Seen | None:
    found = _cells(line)
    sides = [role for role in columns if role in ("ingress", "egress")]
    if len(found) != len(columns) or len(set(columns)) != len(columns) or len(sides) != 1 or "" in columns:
        return None
    if not place.workload or {place.label, place.heading} - {"", sides[0]}:
        return None
    try:
        row = dict(zip(columns, found, strict=True))
        return _seen(row, known.decided.get(" | ".join(found), ((), "")), (place.workload, sides[0]), known)
    except _Unclear:
        return None


def _seen(row: Mapping[str, str], decided: tuple[tuple[str, ...], str], place: tuple[str, str], known: Known) -> Seen:
    workload, side = place
    peers, ports = decided
    said = _plain(row[side], known)
    found = _PORTS.search(said)
    protocol = _plain(row.get("protocol", ""), known).upper()
    if protocol not in _PROTOCOLS or (found and "port" in row):
        raise _Unclear
    before, behind = (said[: found.start()], said[found.end() :]) if found else (said, "")
    numbers, tail = _numbers(behind)
    return Seen(
        _name(workload, known),
        side,
        protocol,
        ports or (_port_cell(_plain(row["port"], known)) if "port" in row else numbers),
        peers or _peers(before, tail, side, known),
        _condition(_plain(row.get("condition", "Always"), known)),
        _labels(row.get("labels", ""), known),
        squeezed(_plain(row.get("reason", ""), known)),
    )


def _plain(text: str, known: Known) -> str:
    """Return text without the markup that pages have."""
    text = re.sub(r"\{\{\s*([\w.-]+)\s*\}\}", lambda found: known.variables.get(found[1], found[0]), text)
    text = re.sub(r"\{:[^}]*\}", "", text)
    text = re.sub(r"\[([^\[\]]*)\]\([^()]*(?:\([^()]*\)[^()]*)*\)", r"\1", text)
    text = re.sub(r"</?b>", "", re.sub(r"<br */?>|</?p>", "\n", text, flags=re.IGNORECASE))
    text = html.unescape(text).replace("**", "").replace("`", "")
    return re.sub(r"[^\S\n]+", " ", text).strip()


def folded(name: str) -> str:
    """Return what spellings of a name share."""
    words = name.lower().split()
    words = words[:-1] if len(words) > 1 and words[-1] in ("pod", "pods") else words
    text = " ".join(words)
    return text[:-1] if re.search(r"[^\s]{2}[^\ss]s$", text) else text


def squeezed(text: str) -> str:
    """Return the letters and digits of text."""
    return "".join(filter(str.isalnum, text))


def _name(name: str, known: Known) -> str:
    return known.names.get(folded(name), folded(name))


def _numbers(text: str) -> tuple[str, str]:
    """Return the port numbers at the beginning of a text, and what stands behind them."""
    if not text:
        return "all", ""
    found: list[str] = []
    at = 0
    while one := _NUMBERS.match(text, at):
        first, last = int(one[1]), int(one[2] or one[1])
        if not 1 <= first <= last <= _LAST_PORT:
            raise _Unclear
        found.append(f"{first}-{last}")
        following = _NEXT_NUMBER.match(text, one.end())
        at = following.end() if following else one.end()
        if not following:
            break
    return ",".join(found), text[at:].strip()


def _port_cell(text: str) -> str:
    if text.lower() in ("any", "all"):
        return "all"
    ports, rest = _numbers(re.sub(r"^ports? ", "", text, flags=re.IGNORECASE) or "x")
    if rest or not ports:
        raise _Unclear
    return ports


def _peers(before: str, tail: str, side: str, known: Known) -> tuple[str, ...]:
    before = re.sub(r"^(?:from|to)\s+", "", before, flags=re.IGNORECASE)
    if tail:
        found = re.fullmatch(r"(to|on|at|of|in|from)\s+(?:the\s+)?(.*)", tail, re.IGNORECASE)
        if not found or before or (found[1].lower() == "from") != (side == "ingress"):
            raise _Unclear
        before = found[2]
    whole = _peer(before, known)
    names = [whole] if whole else [_peer(re.sub(r"^[-*] ", "", one), known) for one in _SEPARATOR.split(before)]
    if "" in names:
        raise _Unclear
    return tuple(names)


def _peer(text: str, known: Known) -> str:
    """Return whom one peer stands for, empty where that is not known."""
    remark = re.fullmatch(r"(.*\S)\s*\((.*)\)", text)
    if remark and folded(text) not in known.names:
        return _peer(remark[1], known) if remark[2] in known.remarks else ""
    if text.lower() in _ANYONE:
        return "anyone"
    if _INSTANCE.fullmatch(text):
        return "instance"
    return known.names.get(folded(re.sub(r"^other ", "", text, flags=re.IGNORECASE)), "")


def _condition(text: str) -> str:
    if text.strip(" .").lower() in ("always", "yes", "required", "mandatory"):
        return ""
    if not re.match(r"(?:only )?(?:if|when|where|unless) ", text, re.IGNORECASE):
        raise _Unclear
    return squeezed(text)


def _labels(cell: str, known: Known) -> frozenset[str]:
    if cell.lower() in ("none", "-", "n/a"):
        return frozenset()
    text = re.sub(r"<([\w.-]+)>", lambda found: known.placeholders.get(found[1], found[0]), cell)
    parts = [part.strip() for part in re.split("[,;]", _plain(text, known).replace("\\", "")) if part.strip()]
    found = frozenset(re.sub(r"\s*[=:]\s*", "=", part, count=1).replace("'", "") for part in parts)
    if not all(re.fullmatch(r"[\w./-]+=[\w.-]+", one) for one in found):
        raise _Unclear
    return found

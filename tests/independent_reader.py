"""A second reader of pages, naive on purpose: it goes line by line, cuts at pipes and matches words.

It knows no Markdown beyond headings and tables, and shares no code with esspec. What it cannot read it says so of.
"""

import html
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

INWARD = {"incoming", "inbound", "ingress"}
OUTWARD = {"outgoing", "outbound", "egress"}
_AROUND = {"network", "connections", "connection", "permitted", "rules", "traffic", "the", "policies", "access"}
_ROLES = {
    "type": "protocol", "protocol": "protocol", "origin": "ingress", "source": "ingress", "from": "ingress",
    "destination": "egress", "to": "egress", "port": "port", "ports": "port", "port(s)": "port", "reason": "reason",
    "purpose": "reason", "description": "reason", "enabled in policy": "condition", "required": "condition",
    "condition": "condition", "pod label": "labels", "pod labels": "labels", "pod label(s)": "labels",
}  # fmt: skip
_DELIMITER = re.compile(r"\s*\|?(\s*:?-+:?\s*\|)*\s*:?-+:?\s*\|?\s*")
_BLOCK = re.compile(r" {4}|\t|\s*(#{1,6}(?:\s|$)|>|```|~~~|<|[-*+]\s|\d+[.)]\s|[-*+]$|(?:-\s*){3,}$|(?:\*\s*){3,}$|(?:_\s*){3,}$)")
_SEPARATOR = re.compile(r"\s*[,;&\n]\s*(?:(?:and|or)\s+)?|\s+(?:and|or)\s+", re.IGNORECASE)
_PORTS = re.compile(r"(?:^|\s)(?:(?:to|on|at|over|via)\s+)?ports?\s+(?=[0-9])", re.IGNORECASE)
_NUMBERS = re.compile(r"([0-9]{1,5})(?:\s*(?:-|\u2013|\bto\b)\s*([0-9]{1,5}))?")
_INSTANCE = re.compile(r"any pods? in (the )?(.* )?instance", re.IGNORECASE)
_ANYONE = {"anywhere", "anyone", "any", "any pod", "any pods"}


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
    """What a row says; names are as `Known.names` has them, and of a reason only letters and digits are kept."""

    workload: str
    direction: str
    protocol: str
    ports: str
    peers: tuple[str, ...]
    condition: str
    labels: frozenset[str]
    reason: str


class Line(NamedTuple):
    """A row of the page, `seen` None where this reader cannot tell what it says; `section` is its heading's line."""

    number: int
    section: int
    table: int
    seen: Seen | None


class Unclear(Exception):
    """A cell that this reader cannot read."""


def rows_in(text: str, known: Known) -> Iterator[Line]:
    """Yield the rows of a page: the lines of tables of rules, and lines that look like such in no table."""
    lines = re.split(r"\r\n|\r|\n", text)
    section = table = 0
    workload = direction = label = ""
    columns: list[str] = []
    for number, line in enumerate(lines, 1):
        heading = re.match(r" {0,3}#{1,6}\s+(.*\S)", line)
        if heading:
            section, label, columns = number, "", []
            name = plain(re.sub(r"\s+#+$", "", heading[1]), known).rstrip(": ")
            about = direction_of(name)
            workload, direction = ("", about) if about else (name, direction if heading[0].lstrip()[:3] == "###" else "")
        elif not columns and table_begins(lines, number - 1):
            columns, table = [_role(cell, known) for cell in cells(line)], number
        elif columns and number == table + 1:
            pass
        elif columns and line.strip() and not _BLOCK.match(line):
            if is_rules(columns) and not re.fullmatch(r"\{:.*\}", line.strip()):
                yield Line(number, section, table, _seen(line, columns, (workload, label or direction), known))
        else:
            columns = []
            label = _label(line) or label
            if looks_like_row(line):
                yield Line(number, section, number, None)


def table_begins(lines: list[str], at: int) -> bool:
    """Return whether a header and a delimiter row of the same width stand here."""
    below = lines[at + 1] if at + 1 < len(lines) else ""
    return "|" in lines[at] and bool(_DELIMITER.fullmatch(below)) and len(cells(below)) == len(cells(lines[at]))


def is_rules(columns: list[str]) -> bool:
    """Return whether these columns make a table of rules."""
    return bool({"ingress", "egress"} & set(columns)) and len(set(columns) - {""}) > 1


def looks_like_row(line: str) -> bool:
    """Return whether a line looks like a row: a protocol stands between its pipes."""
    return "|" in line and any(cell.strip(" *_").upper() in ("TCP", "UDP", "SCTP") for cell in cells(line))


def cells(line: str) -> list[str]:
    r"""Return a line's cells: what stands between pipes without a backslash before them."""
    found = re.split(r"(?<!\\)\|", line.strip())
    found = found[1:] if not found[0] else found
    found = found[:-1] if found and not found[-1] else found
    return [cell.strip() for cell in found]


def direction_of(text: str) -> str:
    """Return the direction that a heading or label is about, empty for none or both."""
    words = set(re.findall(r"[a-z]+", text.lower()))
    if words - INWARD - OUTWARD - _AROUND or bool(words & INWARD) == bool(words & OUTWARD):
        return ""
    return "ingress" if words & INWARD else "egress"


def _label(line: str) -> str:
    found = re.fullmatch(r"\s*(?:<p>)?(?:[-*+]\s+)?(.*?):\s*", line)
    return direction_of(found[1]) if found else ""


def _role(cell: str, known: Known) -> str:
    return _ROLES.get(re.sub(r"[*_:`]", "", plain(cell, known)).strip().lower(), "")


def _seen(line: str, columns: list[str], place: tuple[str, str], known: Known) -> Seen | None:
    found = cells(line)
    workload, direction = place
    sides = [role for role in columns if role in ("ingress", "egress")]
    if len(found) != len(columns) or len(set(columns)) != len(columns) or len(sides) != 1 or "" in columns:
        return None
    if not workload or (direction and direction != sides[0]):
        return None
    try:
        return _read(dict(zip(columns, found, strict=True)), " | ".join(found), workload, sides[0], known)
    except Unclear:
        return None


def _read(row: Mapping[str, str], written: str, workload: str, side: str, known: Known) -> Seen:
    peers, ports = known.decided.get(written, ((), ""))
    said = plain(row[side], known)
    found = _PORTS.search(said)
    if found and "port" in row:
        raise Unclear
    protocol = plain(row.get("protocol", ""), known).upper()
    if protocol not in ("TCP", "UDP", "SCTP"):
        raise Unclear
    before, behind = (said[: found.start()], said[found.end() :]) if found else (said, "")
    numbers, tail = _numbers(behind)
    return Seen(
        known.names.get(folded(workload), folded(workload)),
        side,
        protocol,
        ports or (_port_cell(plain(row["port"], known)) if "port" in row else numbers),
        peers or _peers(before, tail, side, known),
        _condition(plain(row.get("condition", "Always"), known)),
        _labels(row.get("labels", ""), known),
        squeezed(plain(row.get("reason", ""), known)),
    )


def plain(text: str, known: Known) -> str:
    """Return text without the markup that pages have."""
    text = re.sub(r"\{\{\s*([\w.-]+)\s*\}\}", lambda found: known.variables.get(found[1], found[0]), text)
    text = re.sub(r"\{:[^}]*\}", "", text)
    text = re.sub(r"\[([^\[\]]*)\]\([^()]*(?:\([^()]*\)[^()]*)*\)", r"\1", text)
    text = re.sub(r"<br */?>|</?p>", "\n", text, flags=re.IGNORECASE)
    text = re.sub(r"</?b>", "", text)
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


def _numbers(text: str) -> tuple[str, str]:
    """Return the port numbers at the beginning of a text, and what stands behind them."""
    if not text:
        return "all", ""
    found: list[str] = []
    at = 0
    while one := _NUMBERS.match(text, at):
        found.append(_interval(one))
        at = one.end()
        more = re.compile(r"\s*[,;&\n]\s*(?:(?:and|or)\s+)?(?=[0-9])|\s+(?:and|or)\s+(?=[0-9])", re.IGNORECASE).match(text, at)
        if not more:
            break
        at = more.end()
    return ",".join(found), text[at:].strip()


def _interval(found: re.Match[str]) -> str:
    first, last = int(found[1]), int(found[2] or found[1])
    if not 1 <= first <= last <= 65535:
        raise Unclear
    return f"{first}-{last}"


def _port_cell(text: str) -> str:
    if text.lower() in ("any", "all"):
        return "all"
    ports, rest = _numbers(re.sub(r"^ports? ", "", text, flags=re.IGNORECASE) or "x")
    if rest or not ports:
        raise Unclear
    return ports


def _peers(before: str, tail: str, side: str, known: Known) -> tuple[str, ...]:
    before = re.sub(r"^(from|to)\s+" if before else "x^", "", before, flags=re.IGNORECASE)
    if tail:
        found = re.fullmatch(r"(to|on|at|of|in|from)\s+(?:the\s+)?(.*)", tail, re.IGNORECASE)
        if not found or before or (found[1].lower() == "from") != (side == "ingress"):
            raise Unclear
        before = found[2]
    whole = _peer(before, known)
    names = [whole] if whole else [_peer(re.sub(r"^[-*] ", "", piece), known) for piece in _SEPARATOR.split(before)]
    if "" in names:
        raise Unclear
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
    if text.strip(" .").lower() in ("always", "yes", "required"):
        return ""
    if not re.match(r"(?:only )?(?:if|when|where|unless) ", text, re.IGNORECASE):
        raise Unclear
    return squeezed(text)


def _labels(cell: str, known: Known) -> frozenset[str]:
    if cell.lower() in ("none", "-", "n/a"):
        return frozenset()
    text = re.sub(r"<([\w.-]+)>", lambda found: known.placeholders.get(found[1], found[0]), cell)
    text = plain(text, known).replace("\\", "")
    found = frozenset(re.sub(r"\s*[=:]\s*", "=", part.strip(), count=1).replace("'", "") for part in re.split("[,;]", text) if part.strip())
    if not all(re.fullmatch(r"[\w./-]+=[\w.-]+", one) for one in found):
        raise Unclear
    return found

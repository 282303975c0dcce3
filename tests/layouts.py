"""One set of rules, and the pages that say it: in every layout of the family, in Markdown and in HTML."""

import html
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Literal, NamedTuple

from hypothesis import strategies as st

Ports = tuple[tuple[int, int], ...]
"""Intervals, empty for all ports."""


class Peer(NamedTuple):
    """One peer, its kind and its name as the model has them; `any` and `instance` have no name."""

    kind: Literal["any", "instance", "same", "workload", "external"]
    name: str = ""


class Row(NamedTuple):
    """What one row says; `condition` is a key of CONDITIONS."""

    protocol: str
    ports: Ports
    peers: tuple[Peer, ...]
    condition: str
    reason: str


Said = str | tuple[Row, ...]
"""What is said of a direction: `unspecified`, `none`, `any`, or rows."""


class Pods(NamedTuple):
    """What a page says of one workload."""

    name: str
    ingress: Said
    egress: Said

    def sides(self) -> tuple[tuple[str, Said], ...]:
        """Return both directions and what is said of them."""
        return ("ingress", self.ingress), ("egress", self.egress)


NAMES = ("Kafka pod", "REST API pod", "Geo-replicator", "Port mapper pod", "S3 gateway pod", "Flink pods (jobs)", "Ops")
NEVER_DESCRIBED = "Licensing Service"
EXTERNALS = ("master host", "Metrics store")
CONDITIONS = {
    "": ("Always", "Always"),
    "If metrics are enabled": ("If [metrics](../a/#b) are enabled", "If <a href='a'>metrics</a> are enabled"),
    "If the TLS listener is enabled": ("If the **TLS listener** is enabled", "If the <b>TLS listener</b> is enabled"),
    "If internal TLS is disabled": ("If internal TLS is disabled", "If internal TLS\n is disabled"),
    "If JMX port is exposed": ("If `JMX port` is exposed", "If <code>JMX</code> port is exposed"),
}  # fmt: skip
"""The text of each condition, and how a page writes it in Markdown and in HTML."""

FEATURES = {
    "If metrics are enabled": ("metrics", "enabled"),
    "If the TLS listener is enabled": ("tls-listener", "enabled"),
    "If internal TLS is disabled": ("internal-tls", "disabled"),
    "If JMX port is exposed": ("jmx-port", "exposed"),
}
BINDING = "\n".join(
    [
        'namespace = "event-streams"',
        'labels = { release = "es" }',
        *(f'[workloads."{name}"]\nlabels = {{ app = "p{n}" }}' for n, name in enumerate((*NAMES, NEVER_DESCRIBED))),
        *(f'[externals."{e}"]\nrole = "outside"\naddresses = ["192.0.2.{n}/32"]' for n, e in enumerate(EXTERNALS)),
        '[variables]\n"site.data.reuse.es_name" = \'[Event Streams](/es){:target="_blank"}\'',
        "[ports]\nhttps = 443",
    ]
)

_PORT = st.sampled_from([1, 53, 80, 443, 8080, 65535]) | st.integers(1, 65535)
_INTERVAL = _PORT.map(lambda port: (port, port)) | st.tuples(_PORT, _PORT).map(lambda two: (min(two), max(two)))
_LETTERS = st.sampled_from("abcXYZ019 .,;:'\"#=+-*_`~!?()[]<>&|/\\@%$^\u00e9\u65e5")
_REASON = st.text(_LETTERS, max_size=14).map(lambda text: " ".join(text.split()))


@st.composite
def _rows(draw: st.DrawFn, subject: str, names: Sequence[str]) -> tuple[Row, ...]:
    known = [Peer("any"), Peer("instance"), Peer("same", subject), *(Peer("external", name) for name in EXTERNALS)]
    known += [Peer("workload", name) for name in (*names, NEVER_DESCRIBED)]
    row = st.builds(
        Row,
        st.sampled_from(["TCP", "UDP", "SCTP"]),
        st.lists(_INTERVAL, max_size=3).map(tuple),
        st.lists(st.sampled_from(known), min_size=1, max_size=3).map(tuple),
        st.sampled_from([*CONDITIONS, "", ""]),
        _REASON,
    )
    return tuple(draw(st.lists(row, min_size=1, max_size=3)))


@st.composite
def rule_sets(draw: st.DrawFn) -> tuple[Pods, ...]:
    """Return what a page says of one to three workloads; of one at least by a table."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True))
    fixed = st.sampled_from(["unspecified", "none", "any", "rules", "rules"])
    found = [
        Pods(name, *(draw(_rows(name, names)) if said == "rules" else said for said in (draw(fixed), draw(fixed))))
        for name in names
    ]
    if not any(isinstance(said, tuple) for pods in found for _, said in pods.sides()):
        found[0] = found[0]._replace(ingress=draw(_rows(names[0], names)))
    return tuple(found)


class Layout(NamedTuple):
    """How a page is written. `pick` chooses among words each time it is asked, so that a page has several of them."""

    has_port_column: bool
    is_neutral: bool
    is_html: bool
    is_padded: bool
    has_borders: bool
    end: str
    front: str
    attributes: str
    pick: Callable[[Sequence[str]], str]
    shuffled: Callable[[Sequence[str]], list[str]]


@st.composite
def layouts(draw: st.DrawFn) -> Layout:
    """Return a layout; the order of headings and labels is not part of it."""
    return Layout(
        has_port_column=draw(st.booleans()),
        is_neutral=draw(st.booleans()),
        is_html=draw(st.booleans()),
        is_padded=draw(st.booleans()),
        has_borders=draw(st.booleans()),
        end=draw(st.sampled_from(["\n", "\r\n", "\r"])),
        front=draw(st.sampled_from(["", "---\ntitle: x\ntoc: true\n---\n\n", "# Network policies\n\nText.\n\n"])),
        attributes=draw(st.sampled_from(["", "{: .wide}", '{: #id target="_blank"}'])),
        pick=lambda words: draw(st.sampled_from(words)),
        shuffled=lambda names: draw(st.permutations(names)),
    )  # fmt: skip


# Words

_DIRECTION = {
    "ingress": (
        "Incoming connections permitted", "Inbound network connections (ingress)", "Ingress", "Inbound traffic",
    ),
    "egress": (
        "Outgoing connections permitted", "Outbound network connections (egress)", "Egress", "Outgoing access allowed",
    ),
}  # fmt: skip
_LISTS = (", ", " and ", " or ", ", and ", "; ", "<br>", "<br/>\n")


def _words(layout: Layout, peer: Peer) -> str:
    match peer.kind:
        case "any":
            return layout.pick(["Anywhere", "anyone", "Any pod"])
        case "instance":
            product = layout.pick(["Event Streams", "{{site.data.reuse.es_name}}", "{{ site.data.reuse.es_name }}"])
            return f"Any pod in {layout.pick(['the ', ''])}{product} instance"
        case "same":
            return f"{layout.pick(['Other', 'other'])} {_plural(layout, peer.name)}"
        case "workload":
            return _plural(layout, peer.name)
        case _:
            return layout.pick([peer.name, peer.name.upper()])


def _plural(layout: Layout, name: str) -> str:
    base = name.removesuffix(" pod")
    return layout.pick([base, base.lower(), *([] if name.endswith(")") else [f"{base} pods", f"{base} pod"])])


def _join(layout: Layout, items: Sequence[str], *, is_all: bool) -> str:
    """Return items as a list, with one kind of separator or two; `is_all` says that no more stands in the cell."""
    if layout.is_html and is_all and layout.pick(["list", "line"]) == "list":
        return f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>"
    separator = layout.pick(_LISTS if layout.is_html else _LISTS[:-1])
    last = layout.pick([separator, " and "])
    return last.join([separator.join(items[:-1]), items[-1]]) if len(items) > 1 else items[0]


def _numbers(layout: Layout, ports: Ports) -> list[str]:
    found: list[str] = []
    for first, last in ports:
        name = ["https"] if (first, last) == (443, 443) else []
        dash = layout.pick(["-", "\u2013", " - ", " to "])
        found.append(layout.pick([str(first), *name]) if first == last else f"{first}{dash}{last}")
    return found


def _peer_cell(layout: Layout, row: Row) -> str:
    is_all = layout.has_port_column or not row.ports
    peers = _join(layout, [_words(layout, peer) for peer in row.peers], is_all=is_all)
    if is_all:
        return peers
    numbers = _numbers(layout, row.ports)
    joined = layout.pick([", ", " and "]).join(numbers)
    return f"{peers} {layout.pick(['to', 'on', 'at'])} {layout.pick(['port', 'ports'])} {joined}"


def _port_cell(layout: Layout, row: Row) -> str:
    if not row.ports:
        return layout.pick(["Any", "All", "any"])
    word = layout.pick(["", "", "port "])
    return f"{word}{_join(layout, _numbers(layout, row.ports), is_all=not word)}"


def _plain(layout: Layout, text: str) -> str:
    """Return text so that nothing in it is markup."""
    if layout.is_html:
        return html.escape(text)
    return re.sub(r"([!-/:-@\[\]^-`{-~])", r"\\\1", text.replace("\\", "\0")).replace("\0", "&#92;")


# Tables


_HEADERS: dict[str, tuple[str, ...]] = {
    "protocol": ("Type", "Protocol"),
    "ingress": ("Origin", "Source", "From", "Origins"),
    "egress": ("Destination", "To", "Target"),
    "neutral": ("Peer", "Pod(s)", "Component"),
    "port": ("Port", "Ports", "Port(s)", "Port number"),
    "reason": ("Reason", "Purpose", "Description", "Justification"),
    "condition": ("Enabled in policy", "Required", "Condition"),
}
_MARKDOWN: tuple[str, ...] = (
    "{}", "**{}**", "[{}](#a)", "*{}*[^1]", "**{}:**", "{} \u2020", '[**{}**](a){{:target="_blank"}}', "`{}`", "__{}__",
)  # fmt: skip
_HTML: tuple[str, ...] = ("{}", "<b>{}</b>", "<a href='#a'>{}</a>", "{}:", "<strong>{}</strong>*", " {}\n")


def _header(layout: Layout, name: str) -> str:
    word = layout.pick(_HEADERS[name])
    word = layout.pick([word, word.lower(), word.upper()])
    return layout.pick(_HTML if layout.is_html else _MARKDOWN).format(word)


def _table(layout: Layout, direction: str, rows: Sequence[Row], *, is_neutral: bool) -> str:
    peer = "neutral" if is_neutral else direction
    cells = [
        {
            "protocol": layout.pick([row.protocol, row.protocol.lower()]),
            peer: _peer_cell(layout, row),
            "port": _port_cell(layout, row),
            "reason": _plain(layout, row.reason),
            "condition": CONDITIONS[row.condition][layout.is_html],
        }
        for row in rows
    ]
    needed = ["protocol", peer, *(["port"] if layout.has_port_column else [])]
    for name, is_needed in (("reason", any(r.reason for r in rows)), ("condition", any(r.condition for r in rows))):
        needed += [name] if is_needed or layout.pick(["with", "without"]) == "with" else []
    columns = layout.shuffled(needed)
    lines = [[_header(layout, name) for name in columns], *([row[name] for name in columns] for row in cells)]
    return _html_table(layout, lines) if layout.is_html else _markdown_table(layout, lines)


def _markdown_table(layout: Layout, lines: list[list[str]]) -> str:
    dashes = [layout.pick(["---", ":--", "--:", ":-:", "--------"]) for _ in lines[0]]
    rows = [lines[0], dashes, *lines[1:]]
    widths = [max(map(len, column)) if layout.is_padded else 0 for column in zip(*rows, strict=True)]
    blank = layout.pick([" ", "  "]) if layout.is_padded else layout.pick(["", " "])
    has_borders = layout.has_borders or not all(row[0] and row[-1] for row in rows)
    text = ""
    for row in rows:
        line = "|".join(f"{blank}{cell.ljust(width)}{blank}" for cell, width in zip(row, widths, strict=True))
        text += f"|{line}|\n" if has_borders else f"{line.strip()}\n"
    return text + (f"{layout.attributes}\n" if layout.attributes else "")


def _html_table(layout: Layout, lines: list[list[str]]) -> str:
    cell_end, row_end = layout.pick(["</{}>", "</{}>\n"]), layout.pick(["</tr>\n", "</tr>\n\n", "</tr>"])
    rows = [
        "<tr>" + "".join(f"<{tag}>{cell}{cell_end.format(tag)}" for cell in line) + row_end
        for line, tag in zip(lines, ["th", *["td"] * (len(lines) - 1)], strict=True)
    ]
    if layout.pick(["parts", "rows"]) == "rows":
        return f'<table class="wide">\n{"".join(rows)}</table>\n'
    return f"<table>\n<thead>\n{rows[0]}</thead>\n<tbody>{''.join(rows[1:])}</tbody>\n</table>\n"


# Pages


def _heading(layout: Layout, depth: int, text: str) -> str:
    if layout.is_html and layout.pick(["html", "markdown"]) == "html":
        return f"<h{depth}>{layout.pick(['{}', '<b>{}</b>']).format(text)}</h{depth}>\n\n"
    marked = layout.pick(["{}", "**{}**", "[{}](#a)"]).format(text)
    if depth == 2 and layout.pick(["dashes", "marks"]) == "dashes":
        return f"{marked}\n-------\n\n"
    attributes = f"{layout.attributes}\n" if layout.attributes else ""
    return f"{'#' * depth} {marked}{layout.pick(['', ' ##'])}\n{attributes}\n"


def _label(layout: Layout, mark: str, direction: str, word: str = "") -> str:
    """Return a bullet (`mark` is "- ") or a paragraph that announces a direction, or states it with a word."""
    name = layout.pick(_DIRECTION[direction])
    word = layout.pick([word, word.upper(), word.capitalize()])
    if layout.is_html and layout.pick(["html", "markdown"]) == "html":
        text = f"{layout.pick(['<b>{}:</b>', '{}:']).format(name)} {word}"
        return f"<ul>\n<li>{text}</li>\n</ul>\n\n" if mark else f"<p>{text}</p>\n\n"
    text = layout.pick(["{}:", "**{}:**", "**{}**:"]).format(name)
    return f"{mark}{text}{f' {word}' if word else ''}\n\n"


def _side(layout: Layout, direction: str, said: Said, by: str, mark: str = "") -> str:
    """Return what is said of a direction; `by` is what says the direction of a table: label, heading or column."""
    if said == "unspecified":
        return ""
    if isinstance(said, str):
        return _label(layout, mark, direction, said)
    label = _label(layout, mark, direction) if by == "label" else ""
    return f"{label}{_table(layout, direction, said, is_neutral=layout.is_neutral and by != 'column')}\n"


def _by_workload(layout: Layout, found: Sequence[Pods], by: str, mark: str = "") -> Iterator[str]:
    for pods in found:
        yield _heading(layout, 2, pods.name)
        yield from (_side(layout, direction, said, by, mark) for direction, said in pods.sides())


def _workload_first(layout: Layout, found: Sequence[Pods]) -> Iterator[str]:
    for pods in found:
        yield _heading(layout, 2, pods.name)
        for direction, said in pods.sides():
            if said != "unspecified":
                yield _heading(layout, 3, layout.pick(_DIRECTION[direction]))
                yield _side(layout, direction, said, "heading")


def _direction_first(layout: Layout, found: Sequence[Pods]) -> Iterator[str]:
    for direction in ("ingress", "egress"):
        yield _heading(layout, 2, layout.pick(_DIRECTION[direction]))
        for pods in found:
            yield _heading(layout, 3, pods.name)
            yield _side(layout, direction, dict(pods.sides())[direction], "heading")


def _two_headings(layout: Layout, found: Sequence[Pods]) -> Iterator[str]:
    for direction in ("ingress", "egress"):
        for pods in found:
            yield _heading(layout, 2, pods.name)
            yield _side(layout, direction, dict(pods.sides())[direction], layout.pick(["label", "column"]), "- ")


ORDERS: dict[str, Callable[[Layout, Sequence[Pods]], Iterator[str]]] = {
    "bullet labels": lambda layout, found: _by_workload(layout, found, "label", "- "),
    "paragraph labels": lambda layout, found: _by_workload(layout, found, "label"),
    "the peer column alone": lambda layout, found: _by_workload(layout, found, "column"),
    "direction over workload": _direction_first,
    "workload over direction": _workload_first,
    "two headings for a workload": _two_headings,
}
"""Where headings, labels and tables stand, and what says the direction."""


def written(found: Sequence[Pods], order: str, layout: Layout) -> str:
    """Return a page that says all of this, its line ends as the layout has them."""
    text = layout.front + "".join(ORDERS[order](layout, found))
    return text.replace("\n", layout.end)

"""A list of connections as a graph: Graphviz, in np-guard's looks, Mermaid, and SVG by Graphviz."""

import shutil
import subprocess
from collections import defaultdict
from collections.abc import Iterator

from esspec.answers.exposure import ENTIRE_CLUSTER
from esspec.answers.listed import Line, Listing
from esspec.problem import InputProblems, error, printable
from esspec.text.inert import dot_string, mermaid_text

_BLUE, _RED = 'color="blue" fontcolor="blue"', 'color="red2" fontcolor="red2"'
_EDGE = 'color="gold2" fontcolor="darkgreen"'
_EXPOSED = 'color="darkorange2" fontcolor="darkgreen" style=dashed'


def as_dot(found: Listing) -> str:
    """Return a graph for Graphviz: pods in a frame per namespace, what is outside in red, exposure dashed."""
    inside, outside = _nodes(found)
    lines = ["digraph {"]
    for namespace, names in inside.items():
        lines += [f"\tsubgraph {dot_string(f'cluster_{namespace}')} {{", '\t\tcolor="black"', '\t\tfontcolor="black"']
        lines += (f"\t\t{dot_string(name)} [label={dot_string(_short(name, namespace))} {_BLUE}]" for name in names)
        lines += [f"\t\tlabel={dot_string(namespace)}", "\t}"]
    for name in outside:
        shape = " shape=diamond" if name == ENTIRE_CLUSTER else ""
        lines.append(f"\t{dot_string(name)} [label={dot_string(name)} {_RED}{shape}]")
    for line, is_exposure in _edges(found):
        look = _EXPOSED if is_exposure else _EDGE
        lines.append(f"\t{dot_string(line.src)} -> {dot_string(line.dst)} [label={dot_string(line.conn)} {look}]")
    return "".join(f"{line}\n" for line in [*lines, "}"])


def as_mermaid(found: Listing) -> str:
    """Return a flowchart for Mermaid, as GitHub shows it in a page or a ticket."""
    inside, outside = _nodes(found)
    number: dict[str, str] = {}
    lines = ["flowchart LR"]
    for namespace, names in inside.items():
        lines.append(f"  subgraph ns{len(number)}[{mermaid_text(namespace)}]")
        for name in names:
            number[name] = f"n{len(number)}"
            lines.append(f"    {number[name]}[{mermaid_text(_short(name, namespace))}]")
        lines.append("  end")
    for name in outside:
        number[name] = f"n{len(number)}"
        lines.append(f"  {number[name]}([{mermaid_text(name)}])")
    for line, is_exposure in _edges(found):
        arrow = "-.->" if is_exposure else "-->"
        lines.append(f"  {number[line.src]} {arrow}|{mermaid_text(line.conn)}| {number[line.dst]}")
    return "".join(f"{line}\n" for line in lines)


def as_svg(found: Listing) -> str:
    """Return the graph drawn by Graphviz. Raises InputProblems (exit 2) where it is not installed, or fails."""
    program = shutil.which("dot")
    if program is None:
        message, remedy = "Graphviz is not installed: there is no program dot", "install it, or use --format mermaid"
        raise InputProblems([error("no-graphviz", "--format svg", (0, 0), message, remedy)])
    drawn = subprocess.run([program, "-Tsvg"], input=as_dot(found).encode(), capture_output=True, check=False)  # noqa: S603 - Graphviz as found on the path, fed with quoted names
    if drawn.returncode:
        said = printable(drawn.stderr.decode(errors="replace").strip().partition("\n")[0])
        message, remedy = f"Graphviz failed: {said}", "use --format dot and draw it otherwise"
        raise InputProblems([error("no-graphviz", "--format svg", (0, 0), message, remedy)])
    return drawn.stdout.decode()


def _edges(found: Listing) -> Iterator[tuple[Line, bool]]:
    """Yield the connections, and what the exposure adds to them."""
    yield from ((line, False) for line in found.lines)
    known = {(line.src, line.dst) for line in found.lines}
    if found.exposure:
        exposure = (*found.exposure.egress, *found.exposure.ingress)
        yield from ((line, True) for line in exposure if (line.src, line.dst) not in known)


def _nodes(found: Listing) -> tuple[dict[str, list[str]], list[str]]:
    """Return the ends of edges: pods by namespace, and others; each in the order in which edges name them."""
    inside: dict[str, list[str]] = defaultdict(list)
    outside: list[str] = []
    for name in dict.fromkeys(name for line, _ in _edges(found) for name in (line.src, line.dst)):
        if name in found.namespaces:
            inside[found.namespaces[name]].append(name)
        else:
            outside.append(name)
    return inside, outside


def _short(name: str, namespace: str) -> str:
    return name.removeprefix(f"{namespace}/")

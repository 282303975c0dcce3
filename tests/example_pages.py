"""Pages with example policies, and what is found out about these."""

import re
from collections.abc import Sequence

from esspec.linting.embedded import embedded_problems
from small_pages import BINDING, page, read

HEADER = "Type | Origin | Port | Reason"
ROW = "TCP | UI pods | 80 | why"
EXAMPLE, PORT = 14, 21
"""The lines of the example, and of its first port, behind a page with one row in line 7."""

ADD = "add a row for it, or take it out of the example [embedded-policy]"
DELETE = "add it to the example, or delete the row [embedded-policy]"
MEND = "mend it; what a reader is to fill in is written ${NAME} or <name> [embedded-policy]"


def policy(*ports: int | str, labels: str = "{component: kafka}", name: str = "a", more: str = "") -> str:
    """Return a policy for ingress of seven lines, behind them a line per port, behind them `more`."""
    items = "".join(f"    - {f'port: {port}' if isinstance(port, int) else port}\n" for port in ports)
    return (
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
        f"metadata: {{name: {name}}}\nspec:\n  podSelector: {{matchLabels: {labels}}}\n"
        f"  ingress:\n  - ports:\n{items}{more}"
    )


def with_examples(*documents: str, rows: Sequence[str] = (ROW,)) -> str:
    """Return a page on "Kafka pod" with rows, on "UI pod" with "Any", and a fence with one or more documents."""
    return f"{page(*rows, header=HEADER)}\n```yaml\n{'---{}'.join(documents)}```\n".replace("---{}", "---\n")


def said(text: str, binding: str = BINDING) -> list[str]:
    """Return the findings about examples as `line: message`, the page's name and the level left away."""
    found = [str(problem) for problem in embedded_problems(read(text, binding))]
    assert all(re.match(r"page\.md:\d+:1: warning: ", line) for line in found)
    return [line.removeprefix("page.md:").replace(":1: warning: ", ": ") for line in found]


def compared(rows: Sequence[str], *ports: int | str) -> list[str]:
    """Return the findings about a page with these rows, and an example for the same pods with these ports."""
    return said(with_examples(policy(*ports), rows=rows))


def added(line: int, ports: str, name: str = "a", whose: str = "line 7 on 'Kafka pod'") -> str:
    """Return the finding about ports that only an example has."""
    return f"{line}: the example '{name}' allows ingress on {ports}, and the page does not: {whose} — {ADD}"


def forgotten(line: int, row: int, ports: str, who: str = "the example 'a' does not") -> str:
    """Return the finding about ports that only a row has, at the line of an example."""
    return f"{line}: line {row} permits ingress of 'Kafka pod' on {ports}, and {who} — {DELETE}"

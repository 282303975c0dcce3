"""Questions about a connection, as `esspec explain` takes them: `kafka -> zookeeper:2181/tcp`.

question    = end ("->" | "=>") destination
destination = end [":" ports]
end         = "*" | name | address | network | "[" IPv6 address "]" | [namespace "/"] "[" labels "]"
ports       = [numbers | "*"] ["/" protocol]
"""

from ipaddress import ip_network
from typing import NamedTuple

from esspec.answers.asked_ends import AskedEnd, asked_end, is_called
from esspec.answers.asked_ports import asked_ports, is_asked_ports
from esspec.problem import InputProblems, error
from esspec.semantics.opened import EVERYTHING, Opened
from esspec.semantics.views import View

WHERE = "explain"
_FORM = "write SOURCE -> DESTINATION:PORT/PROTOCOL, such as 'kafka -> zookeeper:2181/tcp'"


class Question(NamedTuple):
    """What is asked: whether the source may connect to the destination on the ports; all of them by default."""

    source: AskedEnd
    destination: AskedEnd
    ports: Opened


def question(text: str, view: View) -> Question:
    """Return what is asked of a view. Raises InputProblems (exit 2) for another form, and for unknown ends."""
    parts = text.replace("=>", "->").split("->")
    if len(parts) != 2:  # noqa: PLR2004
        many = "asks about several connections" if len(parts) > 1 else "asks about no connection"
        raise _refusal(f"'{text}' {many}", _FORM)
    source, source_ports = _cut(parts[0].strip(), view)
    destination, ports = _cut(parts[1].strip(), view)
    if source_ports is not None:
        raise _refusal(f"the source has ports, '{source_ports}'", "name the ports of the destination only")
    return Question(
        asked_end(source, view, WHERE),
        asked_end(destination, view, WHERE),
        EVERYTHING if ports is None else asked_ports(ports, WHERE),
    )


def _cut(text: str, view: View) -> tuple[str, str | None]:
    """Return an end and its ports, None without any. A name that ends like ports is first taken for a name."""
    if is_called(text, view) or _is_network(text):
        return text, None
    end, colon, ports = text.rpartition(":")
    if not colon or not (is_asked_ports(ports.strip()) or is_called(end, view)):
        return _unbracketed(text), None
    return _unbracketed(end.strip()), ports.strip()


def _unbracketed(end: str) -> str:
    """Return an address without the brackets that keep it from its port."""
    is_bracketed = end.startswith("[") and end.endswith("]") and _is_network(end[1:-1])
    return end[1:-1] if is_bracketed else end


def _is_network(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def _refusal(message: str, remedy: str) -> InputProblems:
    return InputProblems([error("usage", WHERE, (0, 0), message, remedy)])

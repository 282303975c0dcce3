"""What to write instead of words of a cell that stand for nobody."""

import json
import re
from ipaddress import ip_network

from esspec.compiling.names import Names
from esspec.reading.directions import is_conditional, is_negated
from esspec.reading.spelling import fold

_NOBODY = frozenset({"-", "n/a", "none"})
# Words that may be a port which the grammar does not read: in a name that is known, only what cannot be a name.
_PORT = re.compile(r"\bports?\b.*[0-9]|:\s*[0-9]|\b(?:on|to) ports?\b", re.IGNORECASE)
_PORT_NAME = re.compile(r"\bports? ([a-z][a-z0-9-]{0,14})$", re.IGNORECASE)
_PERHAPS_PORT = re.compile(rf"{_PORT.pattern}|\bports?\b|\s[0-9]{{2,5}}$", re.IGNORECASE)


def speaks_of_ports(name: str, *, is_known: bool) -> bool:
    """Return whether a name holds words that may be a port, so that its row must not be read as one on all ports."""
    if is_known:
        return bool(_PORT.search(name))
    return bool(_PERHAPS_PORT.search(name)) and not _PORT_NAME.search(name)


def advice(name: str, names: Names) -> str:
    """Return what to do about a name that no workload and no external has."""
    if name.lower() in _NOBODY:
        return "a direction without connections is `Outgoing connections permitted: None` (or Incoming), and no table"
    if is_negated(name):
        return "name the peers that are meant; what a cell excludes is not read"
    if is_conditional(name):
        return "write the condition into a column Condition, and only the peer here"
    port = _PORT_NAME.search(name)
    if port:
        example = f"{port[1]} = 443, or whatever its number is,"
        return f"if '{port[1]}' is a port, write {example} under [ports] in the binding"
    return _by_name(name, names)


def _by_name(name: str, names: Names) -> str:
    parts = name.split("/")
    if len(parts) > 1 and all(names.workloads_called(part) for part in parts):
        return "write a comma between the peers"
    quoted = json.dumps(name, ensure_ascii=False)
    if _is_address(name):
        return f"describe it in the binding: [externals.{quoted}] with role and addresses = [{quoted}]"
    near = names.near(name)
    offer = f"if '{near}' is meant, " if near else ""
    entry = "its entry in the binding, or describe it there as a workload or an external"
    return f"{offer}add aliases = [{quoted}] to {entry}"


def without_other(name: str) -> str:
    """Return the name in "Other X pods", which is what an alias must be."""
    first, _, others = name.partition(" ")
    return others if first.lower() == "other" and fold(others) not in ("pod", "pods", "") else name


def _is_address(name: str) -> bool:
    try:
        ip_network(name, strict=False)
    except ValueError:
        return False
    return True

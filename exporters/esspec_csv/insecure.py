"""Ports whose usual services send what they carry in the clear, for lists that ask which services are insecure.

A number proves nothing about the service behind it, in either direction. The list is what an assessor asks about
first; it is documented in docs/questionnaires.md, and fixed, so that two reports can be compared.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from esspec.terms import FIRST_PORT, LAST_PORT


class Service(NamedTuple):
    """A service by its registered port."""

    name: str
    protocol: str
    port: int

    def __str__(self) -> str:
        """Return `Telnet (TCP 23)`."""
        return f"{self.name} ({self.protocol} {self.port})"


INSECURE = (
    Service("FTP data", "TCP", 20),
    Service("FTP", "TCP", 21),
    Service("Telnet", "TCP", 23),
    Service("SMTP", "TCP", 25),
    Service("TFTP", "UDP", 69),
    Service("HTTP", "TCP", 80),
    Service("POP3", "TCP", 110),
    Service("RPC", "TCP", 111),
    Service("RPC", "UDP", 111),
    Service("NetBIOS", "UDP", 137),
    Service("NetBIOS", "UDP", 138),
    Service("NetBIOS", "TCP", 139),
    Service("IMAP", "TCP", 143),
    Service("SNMP", "UDP", 161),
    Service("SNMP trap", "UDP", 162),
    Service("LDAP", "TCP", 389),
    Service("SMB", "TCP", 445),
    Service("rexec", "TCP", 512),
    Service("rlogin", "TCP", 513),
    Service("rsh", "TCP", 514),
    Service("syslog", "UDP", 514),
    Service("NFS", "TCP", 2049),
    Service("VNC", "TCP", 5900),
)
_PORTS = re.compile(r"([0-9]{1,5})(?:-([0-9]{1,5}))?")


@lru_cache(maxsize=1 << 12)
def insecure_services(protocol: str, port: str) -> tuple[Service, ...] | None:
    """Return the services of the list that these ports hold; None where the ports are not known.

    `protocol` and `port` are as in the table: `any` holds all.
    """
    if port == "any":
        first, last = FIRST_PORT, LAST_PORT
    elif found := _PORTS.fullmatch(port):
        first, last = int(found[1]), int(found[2] or found[1])
    else:
        return None
    return tuple(s for s in INSECURE if protocol in ("any", s.protocol) and first <= s.port <= last)

"""The words by which running text, headings and labels are judged: one list for each thing that words can do.

No list of words is ever complete. Where one of them stops a run, that is on the safe side; where none of them
stands, the rows of a table are rules as they are, and nothing that running text says is read into them.
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FILLING = _words(
    """
    a access allowed and are communication communications connection connections connectivity flow flows
    following for from network only permitted policies policy port ports request requests rule rules the to
    traffic
    """
)
"""What may stand beside a direction without naming anything else."""

HOW_MUCH = _words(
    """
    all any anyone anything anywhere blocked denied disallowed everything forbidden no nobody none not nothing
    prohibited unrestricted
    """
)
"""How much of a direction is permitted."""

SMALL = _words("be by can default has have in is it of out pod pods there this")
"""What a sentence on how much is permitted is made of, besides."""

CONDITIONS = _words("disabled during enabled except if optional optionally unless until when while without")
"""What says that something holds only at times."""

NEGATIONS = _words(
    """
    blocked denied deprecated disallowed don except excluded forbidden formerly never no not obsolete prohibited
    refused rejected removed without
    """
)
"""What takes back that something is permitted."""

CONNECTIONS = _words("connection connections permitted traffic")
"""What a line on permitted connections speaks of."""

CONDITION_BEGINS = _words("if only unless when")
"""What a heading begins with that says when all below it holds."""

POLICIES = _words("policies policy")
"""The objects that a page may speak of."""

MADE = _words("added applied configured created deployed generated installed provided")
"""What is done with policies."""

BY_ITSELF = _words("automatically default")
"""That it is done without anybody asking for it."""

NOT = _words("aren cannot don isn never no none not")
"""What denies that it is done."""

MUST = _words("must need needed needs required requires should")
"""That something has to be so."""

OPEN = _words("accessible allowed exposed open opened permitted reachable")
"""What a port is that somebody may reach."""

PROTOCOLS = _words("sctp tcp udp")
"""Protocols, as running text writes them."""

OPENS = _words("accept accepts allow allows connect connects permit permits reaches")
"""What one who may reach another does, or the other one."""

ANNOUNCING = _words(
    """
    a about access all allowed an and any apply are as at be below by can component components connect
    connection connections describe described describes destination destinations details each egress every
    following for from give given gives has have here in inbound incoming information ingress is it its list
    listed lists made may must named need needed needs network of on open or origin origins outbound outgoing
    overview permitted pod pods policies policy port ports product provide provides required requires rule rules
    service services show shown shows source sources summarizes summary table tables that the their them these
    they this to traffic use used uses which with workload workloads
    """
)
"""What announces a table and says nothing else."""

NOT_BY_ITSELF = ("by default", "automatically", "not created", "not added", "not deployed", "not installed")
"""That nobody creates or deploys a policy by itself takes back no connection that its table permits."""

OFF = ("disabled by default", "off by default")
"""That policies are not there unless somebody asks for them."""

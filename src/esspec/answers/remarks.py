"""What there is to say about an answer beside it: why a list is empty, and what depends on how addresses are read."""

from collections.abc import Iterator

from esspec.answers.asked_ends import AskedEnd
from esspec.answers.listing import EVERYONE, Wanted
from esspec.problem import Problem, note
from esspec.semantics.lifted import Grant, Outside
from esspec.semantics.scenes import Scene
from esspec.semantics.views import Sourced, View
from esspec.terms import Direction, Role


def empty_list(view: View, wanted: Wanted) -> Problem:
    """Return why nothing is listed, and what to do."""
    if wanted != EVERYONE:
        message, remedy = "no connection is among those that are asked for", "leave out --from, --to, --focus or --port"
    elif view.pods:
        message, remedy = "these policies permit no connection", "ask esspec explain what denies one"
    elif view.policies:
        message = "no pods are given, and no rule of these policies permits a connection at both of its ends"
        remedy = "give the pods too, or what makes them: who is isolated by no policy is only listed by name"
    else:
        message, remedy = "neither pods nor policies are given", "name the files that have them"
    return note("nothing-listed", view.shown, (0, 0), message, remedy)


def nodes_left_out(scene: Scene, *asked: tuple[AskedEnd, ...]) -> Iterator[Problem]:
    """Yield one note where an answer depends on whether nodes are among all addresses.

    That is where a rule about pods among the sources or the destinations asked for, all pods where nobody is, permits
    all addresses.
    """
    for direction, ends in zip((Direction.EGRESS, Direction.INGRESS), asked, strict=True):
        subjects = [subject for end in ends for subject in end.subjects(scene)] if ends else scene.pods
        for number in dict.fromkeys(number for _, number in subjects):
            for granting in scene.deciding.grants(number, direction):
                if network := _every_address(granting.grant):
                    yield _nodes(granting.place, network)
                    return


def nodes_left_out_of_one(one: View, other: View) -> Iterator[Problem]:
    """Yield one note where a rule permits all addresses on one of two sides that are compared, and not on the other."""
    mine, theirs = (tuple(_wide(view)) for view in (one, other))
    for some, others in ((mine, theirs), (theirs, mine)):
        known = {_content(*each) for each in others}
        for sourced, direction, grant in some:
            if _content(sourced, direction, grant) not in known:
                yield _nodes((sourced.file, grant.line), _every_address(grant))
                return


def _wide(view: View) -> Iterator[tuple[Sourced, Direction, Grant]]:
    for sourced in view.policies:
        for direction in Direction:
            for grant in sourced.policy.grants(direction):
                if _every_address(grant):
                    yield sourced, direction, grant


def _content(sourced: Sourced, direction: Direction, grant: Grant) -> tuple[object, ...]:
    return sourced.policy.subject, direction, frozenset(grant.peers), frozenset(grant.ports)


def _every_address(grant: Grant) -> str:
    """Return the network of all addresses that a grant permits whatever is behind them, empty if it does not."""
    networks = (
        network
        for peer in grant.peers
        if isinstance(peer, Outside) and Role.NODE in peer.roles
        for network in peer.networks or ()
    )
    return next((network for network in networks if network.endswith("/0")), "")


def _nodes(at: tuple[str, int], network: str) -> Problem:
    message = (
        f"{network} is read without nodes and pods, as by Cilium; Calico counts them in, Kubernetes leaves it open"
    )
    remedy = "leave the peers of the rule away if it means them too"
    return note("nodes-left-out", at[0], (at[1], 1), message, remedy)

"""Directions isolated, or not isolated, by accident: what the defaults of a NetworkPolicy make of what is written."""

from collections.abc import Iterator

from esspec.manifests.cluster import PolicyObject
from esspec.manifests.linted_cluster import LintedCluster
from esspec.manifests.written_policy import Section, WrittenPolicy, written_policy
from esspec.problem import Problem, note, warning
from esspec.semantics.meaning import bits
from esspec.terms import Direction


def accidents(cluster: LintedCluster) -> Iterator[Problem]:
    """Yield what authors of policies may not have meant: of each direction at most one finding per policy."""
    for one in cluster.objects:
        written = written_policy(one.found)
        if written is not None:
            yield from _ignored(one, written)
            yield from _not_isolated(one, written)
            yield from _isolated(one, written, cluster)


def _ignored(one: PolicyObject, written: WrittenPolicy) -> Iterator[Problem]:
    for section in written.sections:
        if written.types is not None and section.rules and section.direction not in written.types:
            message = f"these {section.direction} rules have no effect: policyTypes does not name {_type(section)}"
            remedy = f"add {_type(section)} to policyTypes, or delete the rules"
            yield warning("ignored-rules", one.found.file, (section.line, 1), message, remedy)


def _not_isolated(one: PolicyObject, written: WrittenPolicy) -> Iterator[Problem]:
    _, egress = written.sections
    if written.types is None and egress.line and not egress.rules:
        message = "an empty list of egress rules isolates nothing: without policyTypes only rules isolate egress"
        remedy = "write policyTypes: [Egress], with Ingress if that is meant too"
        yield warning("not-isolated", one.found.file, (egress.line, 1), message, remedy)


def _isolated(one: PolicyObject, written: WrittenPolicy, cluster: LintedCluster) -> Iterator[Problem]:
    """Yield a finding for a direction that has no rules in a policy that has rules of the other direction."""
    for section, other in (written.sections, reversed(written.sections)):
        isolates = one.policies[0].isolates
        if section.rules or not other.rules or not isolates >= {section.direction, other.direction}:
            continue
        if _is_opened(one, section.direction, cluster):
            continue
        if written.types is None:
            message = f"{section.direction} is isolated by default, and no policy permits these pods any"
            remedy = f"write policyTypes: [{_type(other)}], or the {section.direction} rules that are meant"
            yield warning("unintended-isolation", one.found.file, (other.line, 1), message, remedy)
        elif not section.line and not written.is_generated:
            message = f"policyTypes names {_type(section)}, and no policy permits these pods any {section.direction}"
            remedy = f"take {_type(section)} out of policyTypes, or write `{section.direction}: []` if it is meant"
            yield note("unintended-isolation", one.found.file, (written.types_line, 1), message, remedy)


def _is_opened(one: PolicyObject, direction: Direction, cluster: LintedCluster) -> bool:
    """Return whether other policies permit something to all pods of a policy, of those that are given if any are."""
    subjects = cluster.ends.mask(one.policies[0].subject)
    return all(cluster.meaning.sides.get((n, direction)) for n in bits(subjects & cluster.named or subjects))


def _type(section: Section) -> str:
    return section.direction.capitalize()

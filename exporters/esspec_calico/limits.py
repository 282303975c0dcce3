"""Names, selectors and lists as Calico takes them; what goes beyond is Inexpressible, never cut short.

The bounds on lengths are those of Calico's newest schema (projectcalico/calico
api/pkg/apis/projectcalico/v3/globalnetworkpolicy.go and policy_common.go, v3.34). Older releases have none of
them; what is written here suits both.
"""

import re
from collections.abc import Sequence

from esspec.model import PolicySet, Rule, Workload
from esspec.targets.target import Inexpressible

NAME = "calico"
MAX_NAME = 63
MAX_RULES = 1024  # per direction
MAX_PORTS = 50  # per list
MAX_NETS = 256  # per list
MAX_SELECTOR = 1024  # characters

_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_KEY = re.compile(r"[A-Za-z0-9_./-]{1,512}")
_VALUE = re.compile(r"[A-Za-z0-9_.-]*")
_CALICOS_OWN = ("projectcalico.org/", "pcns.", "pcsa.")


def object_name(policies: PolicySet, workload: Workload) -> str:
    """Return the name of a workload's object: a DNS label without a dot, of at most 63 characters.

    A cluster-wide object holds its namespace in its name. A name with a dot means different things before
    and after Calico v3.32, which took the part in front of it for a tier (libcalico-go/lib/names/policy.go).
    """
    name = f"{policies.prefix}{workload.subject.namespace}-{workload.slug}"
    if len(name) > MAX_NAME:
        raise Inexpressible(
            policies,
            target=NAME,
            at=workload,
            message=f"the object name '{name}' has {len(name)} characters, and may have {MAX_NAME}",
            remedy=f"shorten the heading of '{workload.name}', or prefix = \"…\" in {policies.binding}",
            code="name-too-long",
        )
    if not _NAME.fullmatch(name):
        raise Inexpressible(
            policies,
            target=NAME,
            at=workload,
            message=f"the object name '{name}' is no DNS label: lower-case letters, digits and inner dashes",
            remedy=f'write prefix = "…" in {policies.binding} with these only',
            code="name-not-a-label",
        )
    return name


def refuse_names_twice(policies: PolicySet, workloads: Sequence[Workload], names: Sequence[str]) -> None:
    """Raise Inexpressible where two workloads' objects have one name, as `a-b` + `c` and `a` + `b-c` have."""
    seen: dict[str, Workload] = {}
    for workload, name in zip(workloads, names, strict=True):
        if name in seen:
            raise Inexpressible(
                policies,
                target=NAME,
                at=workload,
                message=f"'{seen[name].name}' and '{workload.name}' would both be the object '{name}'",
                remedy="change one of the two headings",
                code="name-twice",
            )
        seen[name] = workload


def selector(
    policies: PolicySet,
    labels: Sequence[tuple[str, str]],
    *clauses: str,
    at: Workload | Rule | None,
) -> str:
    """Return the selector of what has all `labels` and satisfies all `clauses`, on one line.

    A string of the language has no escapes (libcalico-go/lib/selector/tokenizer/tokenizer.go), so nothing but
    what a label may hold goes between its quotes, and Calico's own keys stand for no label of a pod.
    """
    for key, value in labels:
        if not _KEY.fullmatch(key) or not _VALUE.fullmatch(value) or key.startswith(_CALICOS_OWN):
            raise Inexpressible(
                policies,
                target=NAME,
                at=at,
                message=f"a Calico selector cannot ask for the label {key!r} with the value {value!r}",
                remedy=f"name another label of these pods in {policies.binding}",
                code="label-not-selectable",
            )
    text = " && ".join([*(f"{key} == '{value}'" for key, value in labels), *clauses])
    if len(text) > MAX_SELECTOR:
        raise Inexpressible(
            policies,
            target=NAME,
            at=at,
            message=f"a selector has {len(text)} characters, and Calico takes {MAX_SELECTOR}",
            remedy=f"name these pods by fewer or shorter labels in {policies.binding}",
            code="selector-too-long",
        )
    return text


def refuse_too_many(policies: PolicySet, workload: Workload, field: str, rules: int) -> None:
    """Raise Inexpressible where one direction has more rules than Calico takes."""
    if rules > MAX_RULES:
        raise Inexpressible(
            policies,
            target=NAME,
            at=workload,
            message=f"the {field} of '{workload.name}' needs {rules} rules, and Calico takes {MAX_RULES}: "
            "one for each peer, address family and 50 ports of a row",
            remedy="group peers under one label, or split the workload into two headings",
            code="too-many-rules",
        )


def without_address(policies: PolicySet, rule: Rule, name: str) -> Inexpressible:
    """Return the error for an external without addresses: Calico sees addresses only."""
    return Inexpressible(
        policies,
        target=NAME,
        at=rule,
        message=f"external '{name}' has no addresses",
        remedy=f'write addresses = ["…"] under [externals."{name}"] in {policies.binding}',
        code="external-without-address",
    )

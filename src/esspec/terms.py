"""The words that the model, the readings and the targets share; cheap to import, because every command needs them."""

from enum import StrEnum

FIRST_PORT, LAST_PORT = 1, 65535


class Direction(StrEnum):
    """The side of a workload a rule speaks of."""

    INGRESS = "ingress"
    EGRESS = "egress"


class Protocol(StrEnum):
    """The transport protocols to which all targets give a meaning (Kubernetes knows no other)."""

    TCP = "TCP"
    UDP = "UDP"
    SCTP = "SCTP"


class Role(StrEnum):
    """What an address outside the pod network is; Cilium tells these apart, Kubernetes and Calico do not."""

    OUTSIDE = "outside"
    NODE = "node"
    KUBE_APISERVER = "kube-apiserver"

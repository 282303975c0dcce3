"""Ports as they are asked for, and questions about a connection: what is understood, and what is said of the rest."""

import pytest

from esspec.answers.asked_ports import asked_ports
from esspec.answers.questions import question
from esspec.problem import InputProblems
from esspec.semantics.lifted import NAMESPACE
from esspec.semantics.opened import EVERYTHING, in_words
from esspec.semantics.page_words import PageWords
from esspec.semantics.views import KnownPods, View
from models import external

VIEW = View(
    "page.md",
    (),
    tuple(KnownPods(name, {NAMESPACE: "es"}, "f:1") for name in ("Kafka pod", "Port:80", "A: b")),
    (external("Gate", "192.0.2.0/28"),),
    {},
    PageWords("", {}, {}, {}, {}, {}),
)
FORM = "write it as 8080, 80-90, 80,443, or with a protocol: 8080/tcp, */udp"
QUESTION = "write SOURCE -> DESTINATION:PORT/PROTOCOL, such as 'kafka -> zookeeper:2181/tcp'"


@pytest.mark.parametrize(
    ("word", "words"),
    [
        ("8080", "TCP 8080; UDP 8080; SCTP 8080"),
        ("8080/tcp", "TCP 8080"),
        ("53/UDP", "UDP 53"),
        ("80-90/sctp", "SCTP 80-90"),
        ("443,80,81/tcp", "TCP 80-81,443"),
        ("1-65535/tcp", "TCP 1-65535"),
        ("*/udp", "UDP 1-65535"),
        ("/udp", "UDP 1-65535"),
        ("*", "All Connections"),
        ("1-65535", "All Connections"),
    ],
)
def test_ports(word: str, words: str) -> None:
    assert in_words(asked_ports(word, "--port")) == words


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("", f"'' names no ports — {FORM}"),
        ("http", f"'http' names no ports — {FORM}"),
        ("80;90", f"'80;90' names no ports — {FORM}"),
        ("\u0661", f"'\u0661' names no ports — {FORM}"),
        ("0", f"port 0 is not in 1-65535 — {FORM}"),
        ("65536", f"port 65536 is not in 1-65535 — {FORM}"),
        ("90-80", f"port 90-80 ends before it begins — {FORM}"),
        ("80/icmp", "'icmp' is no protocol of the policies — use one of: tcp, udp, sctp"),
    ],
)
def test_what_is_no_port(word: str, told: str) -> None:
    with pytest.raises(InputProblems) as stopped:
        asked_ports(word, "--port")
    assert str(stopped.value) == f"--port: error: {told} [usage]"


@pytest.mark.parametrize(
    ("text", "source", "destination", "ports"),
    [
        pytest.param("kafka -> gate:443/tcp", "Kafka pod", "Gate", "TCP 443", id="port and protocol"),
        pytest.param("kafka->gate", "Kafka pod", "Gate", "All Connections", id="neither"),
        pytest.param("kafka => *:443", "Kafka pod", "*", "TCP 443; UDP 443; SCTP 443", id="np-guard's arrow"),
        pytest.param("kafka -> 10.0.0.1:80/udp", "Kafka pod", "10.0.0.1", "UDP 80", id="IPv4"),
        pytest.param("kafka -> 10.0.0.0/8:80/udp", "Kafka pod", "10.0.0.0/8", "UDP 80", id="network"),
        pytest.param("kafka -> 2001:db8::1", "Kafka pod", "2001:db8::1", "All Connections", id="IPv6"),
        pytest.param("kafka -> 2001:db8::80", "Kafka pod", "2001:db8::80", "All Connections", id="IPv6, no port"),
        pytest.param("kafka -> [2001:db8::1]:80/tcp", "Kafka pod", "2001:db8::1", "TCP 80", id="IPv6 and port"),
        pytest.param("[2001:db8::1] -> kafka:80/tcp", "2001:db8::1", "Kafka pod", "TCP 80", id="IPv6 as source"),
        pytest.param("* -> [a=b]:80/tcp", "*", "[a=b]", "TCP 80", id="labels"),
        pytest.param("kafka -> Port:80", "Kafka pod", "Port:80", "All Connections", id="a name that ends like a port"),
        pytest.param("kafka -> A: b:81/tcp", "Kafka pod", "A: b", "TCP 81", id="a name with a colon"),
    ],
)
def test_question(text: str, source: str, destination: str, ports: str) -> None:
    found = question(text, VIEW)
    assert (found.source.words, found.destination.words, in_words(found.ports)) == (source, destination, ports)
    assert (found.ports == EVERYTHING) is (ports == "All Connections")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("kafka", f"'kafka' asks about no connection — {QUESTION}"),
        ("kafka -> gate -> kafka", f"'kafka -> gate -> kafka' asks about several connections — {QUESTION}"),
        ("kafka:80 -> gate", "the source has ports, '80' — name the ports of the destination only"),
        ("kafka -> gate:", f"'' names no ports — {FORM}"),
        ("kafka -> gate:https", f"'https' names no ports — {FORM}"),
        ("kafka -> gate:99999", f"port 99999 is not in 1-65535 — {FORM}"),
    ],
)
def test_what_is_no_question(text: str, told: str) -> None:
    with pytest.raises(InputProblems) as stopped:
        question(text, VIEW)
    assert str(stopped.value) == f"explain: error: {told} [usage]"


@pytest.mark.parametrize("text", ["-> kafka", "kafka ->", "->"])
def test_an_end_without_a_name(text: str) -> None:
    with pytest.raises(InputProblems, match="explain: error: an end has no name"):
        question(text, VIEW)

"""Whose name a cell uses: what folds, what never does, and what is offered without being taken."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from esspec.reading.spelling import fold, means_anyone, means_instance, slug
from small_pages import BINDING, FIRST_ROW, findings, instead, more, page, parsed, peers


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


# What two spellings share


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Kafka pod", "kafka PODS", id="case, and pod or pods"),
        pytest.param("Kafka pod", "Kafka", id="no pod"),
        pytest.param("Install jobs pod", "install job", id="plural"),
        pytest.param("REST  API\tpods", "REST API", id="blanks"),
        pytest.param("Access Controller pods", "access controllers pod", id="plural and pods"),
        pytest.param("pods", "pod", id="called just so"),
    ],
)
def test_folds_to_the_same(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Kafka", "\u212aafka", id="Kelvin sign"),
        pytest.param("access", "acces\u017f", id="long s"),
        pytest.param("Kafka", "K\u0430fka", id="Cyrillic a"),
        pytest.param("Kafka", "\uff2bafka", id="full width"),
        pytest.param("Kafka pod", "Kafka p\u043ed", id="Cyrillic o in pod"),
        pytest.param("Kafka pod", "Kafka \uff50od", id="full-width p in pod"),
        pytest.param("index", "\u0130ndex", id="dotted capital I"),
        pytest.param("office", "o\ufb03ce", id="ligature"),
        pytest.param("caf\u00e9", "cafe\u0301", id="composed and decomposed"),
        pytest.param("\u00dcber", "\u00fcber", id="case beyond ASCII"),
        pytest.param("stra\u00dfe", "strasse", id="sharp s"),
        pytest.param("access", "acces", id="ss is no plural"),
        pytest.param("ES", "E", id="a short word has no plural"),
        pytest.param("Kafka pods", "Kafkapods", id="a blank is missing"),
        pytest.param("REST API", "REST-API", id="a dash for a blank"),
        pytest.param("Pod manager", "manager", id="pod elsewhere"),
        pytest.param("Jobs runner", "Job runner", id="plural elsewhere"),
    ],
)
def test_never_folds_to_the_same(one: str, other: str) -> None:
    """No look-alike becomes an ASCII letter (threats.md 14), whatever Unicode says of case and width."""
    assert fold(one) != fold(other)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=20))
@example("\u212aafka pods")
@example("pods pods")
def test_fold_makes_no_ascii_of_other_characters(text: str) -> None:
    found = fold(text)
    assert {ch for ch in found if not ch.isascii()} == {ch for ch in text if not ch.isascii() and not ch.isspace()}
    assert fold(f"{text} pod") == fold(f"{text} pods")


NAME = st.text("abksKSpod -", min_size=1, max_size=12).map(lambda text: " ".join(text.split())).filter(bool)


@settings(max_examples=200, deadline=None)
@given(NAME)
def test_spellings_of_a_name_fold_to_it(name: str) -> None:
    assert fold(name.upper()) == fold(name.lower()) == fold(f"  {name} ")
    if fold(name) != fold(f"{name} pods"):  # a name that is "pod" or ends in it
        assert name.lower().split()[-1] in ("pod", "pods")


def test_other_character_is_another_name() -> None:
    """A cell with a look-alike is an unknown peer, and its heading is no heading of the entry."""
    (told,) = findings(page("TCP | U\u0406 pods to port 80 | why"))
    letter = "U+0406 CYRILLIC CAPITAL LETTER BYELORUSSIAN-UKRAINIAN I"
    head = f"no workload and no external is called 'U\u0406 pods', where '\u0406' is {letter} — add aliases = "
    assert told.startswith(f"page.md:7:9: error: {head}")
    unused, no_labels = findings(page(workload="\u212aafka pod"))
    assert unused.startswith("esspec.toml:4:1: warning: nothing on the page uses the entry 'Kafka pod'")
    assert no_labels.startswith("page.md:1:1: error: the binding has no labels for workload '\u212aafka pod'")


# The names of files


@pytest.mark.parametrize(
    ("name", "found"),
    [
        pytest.param("Kafka pod", "kafka", id="without pod"),
        pytest.param("Administration server pods", "administration-server", id="blanks"),
        pytest.param("Geo-replicator pod", "geo-replicator", id="dash"),
        pytest.param("REST (v2.1) / API", "rest-v2-1-api", id="one dash for several characters"),
        pytest.param("  -x-  ", "x", id="none at the ends"),
        pytest.param("pod", "pod", id="nothing but pod"),
        pytest.param("Pod Manager", "pod-manager", id="pod elsewhere"),
        pytest.param("\u212aafka pod", "afka", id="Kelvin sign is no k"),
        pytest.param("Caf\u00e9 \u0130 1", "caf-1", id="no other letter becomes ASCII"),
        pytest.param("../../etc/passwd", "etc-passwd", id="a path"),
    ],
)
def test_slug(name: str, found: str) -> None:
    assert slug(name) == found


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=20))
def test_slug_is_a_file_name_anywhere(text: str) -> None:
    """Lower-case letters, digits and single dashes between them, or nothing (which is an error elsewhere)."""
    found = slug(text)
    assert set(found) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert found == "" or "" not in found.split("-")
    ascii_only = "".join(ch if ch.isascii() else " - " for ch in text)
    assert found == slug(ascii_only) or text.split()[-1:] != ascii_only.split()[-1:]


# Words that mean more than one


@pytest.mark.parametrize("name", ["Anywhere", "anyone", "ANY", "Any pod", "any pods"])
def test_anyone(name: str) -> None:
    assert means_anyone(name)
    assert peers(page(f"TCP | {name} to port 80 | why")) == [("any", name)]


@pytest.mark.parametrize(
    "name", ["Any pod in the instance", "Any pods in instance", "any pod in the Event Streams instance"]
)
def test_instance(name: str) -> None:
    assert means_instance(name)
    assert peers(page(f"TCP | {name} to port 80 | why")) == [("instance", name)]


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("Any UI pod", id="a name follows"),
        pytest.param("Everywhere", id="another word"),
        pytest.param("Anywhere else", id="a word follows"),
        pytest.param("All pods", id="all"),
        pytest.param("*", id="star"),
        pytest.param("0.0.0.0/0", id="every address"),
        pytest.param("\uff21nywhere", id="full-width A"),
        pytest.param("An\u0443where", id="Cyrillic y"),
        pytest.param("Any pod in the instances", id="several instances"),
        pytest.param("Any pod outside the instance", id="outside"),
        pytest.param("None", id="none is no peer"),
    ],
)
def test_nothing_else_means_anyone(name: str) -> None:
    """What is not a known word is unknown, never wide (threats.md 1)."""
    text = page(f"TCP | {name} to port 80 | why")
    assert peers(text) == [("unresolved", name)]
    assert [told for told in findings(text) if "[unknown-peer]" in told] == findings(text)


# Near misses


@pytest.mark.parametrize(
    ("written", "offered"),
    [
        pytest.param("Kafak pods", "Kafka pod", id="letters swapped"),
        pytest.param("Kafkaa", "Kafka pod", id="a letter too many"),
        pytest.param("Consol", "UI pod", id="near an alias: its workload"),
        pytest.param("masster host", "Master host", id="near an external"),
        pytest.param("Zebra", None, id="near nothing"),
    ],
)
def test_near_miss_is_offered_and_never_taken(written: str, offered: str | None) -> None:
    binding = more('aliases = ["Console"]', '[externals."Master host"]', "role = 'node'")
    text = page("TCP | Console to port 79 | a", "TCP | Master host to port 79 | b", f"TCP | {written} to port 80 | why")
    advice = f"if '{offered}' is meant, " if offered else ""
    told = f"no workload and no external is called '{written}' — {advice}add aliases = [\"{written}\"]"
    remedy = f"{told} to its entry in the binding, or describe it there as a workload or an external [unknown-peer]"
    assert findings(text, binding) == [f"page.md:9:9: error: {remedy}"]
    (peer,) = parsed(text, binding).rules[2].peers
    assert (peer.kind, peer.workloads, peer.external) == ("unresolved", None, None)


def test_each_unknown_name_is_told_at_its_place() -> None:
    text = page("TCP | Foo, UI pods, and Bar pods to port 80 | why", "TCP | Kafka pods | x")
    places = [told.split(": ")[0] for told in findings(text)]
    assert places == [f"page.md:{FIRST_ROW}:9", f"page.md:{FIRST_ROW}:27"]


def test_thousands_of_unknown_names_are_told_in_time() -> None:
    """Near misses are searched for some; each name is told all the same."""
    rows = [f"TCP | unknown {n} to port 80 | why" for n in range(1500)]
    workloads = "".join(f"[workloads.w{n}]\nlabels = {{ c = 'w{n}' }}\n" for n in range(500))
    told = findings(page(*rows), BINDING + workloads)
    assert sum("[unknown-peer]" in line for line in told) == 1500


# "Other X": the subject itself


@pytest.mark.parametrize("phrase", ["Other Kafka pods", "other kafka pod", "OTHER Kafkas", "Other brokers"])
def test_other_is_the_subject(phrase: str) -> None:
    text = page(f"TCP | {phrase} to port 80 | why", "TCP | UI pods | x")
    binding = instead('"kafka" }', '"kafka" }\naliases = ["Broker"]')
    assert peers(text, binding) == [("same", ("Kafka pod",))]


def test_other_of_another_workload_is_unresolved() -> None:
    """Under Kafka, "Other UI pods" says nothing clear: others than whom?"""
    text = page("TCP | Other UI pods to port 80 | why")
    assert peers(text) == [("unresolved", "Other UI pods")]
    told = "'Other UI pods' speaks of others of the same kind, and this is about 'Kafka pod'"
    remedy = "say it in the cell, or add an override for this row to the binding [unresolved-peer]"
    assert findings(text) == [f"page.md:7:9: error: {told} — {remedy}"]


@pytest.mark.parametrize("phrase", ["Other", "Other pods", "Others", "Other Foo pods", "Another Kafka pod"])
def test_other_without_a_known_name_is_unknown(phrase: str) -> None:
    text = page(f"TCP | {phrase} to port 80 | why")
    assert peers(text) == [("unresolved", phrase)]
    (told,) = findings(text)
    assert told.startswith(f"page.md:7:9: error: no workload and no external is called '{phrase}' — ")


def test_name_that_begins_with_other_is_itself() -> None:
    """A workload called so comes before the rule about "Other"."""
    binding = more('[workloads."Other Kafka"]', "labels = { component = 'second' }")
    assert peers(page("TCP | Other Kafka pods to port 80 | why"), binding) == [("workload", ("Other Kafka",))]


def test_look_alikes_here_are_what_they_claim() -> None:
    assert unicodedata.name("\u212a") == "KELVIN SIGN"
    assert "\u212a".lower() == "k"
    assert unicodedata.name("\u017f") == "LATIN SMALL LETTER LONG S"
    assert "\u017f".upper() == "S"

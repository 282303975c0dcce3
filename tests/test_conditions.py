"""Condition cells: which feature must be in which state, and what is not understood instead of guessed."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esspec.reading.conditions import feature_key, is_always, opposite, parse_condition
from pages import KAFKA, rules
from small_pages import findings, more, override, page, parsed

HEADER = "Type | Origin | Port | Reason | Enabled in policy"
# No word of the grammar's own begins so.
WORDS = st.from_regex(r"x[a-z]{1,8}", fullmatch=True)


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def read(text: str) -> tuple[str, str] | None:
    """Return the feature and the state that a condition names."""
    found = parse_condition(text)
    return (found.feature, found.state) if found else None


@pytest.mark.parametrize(
    ("text", "feature", "state"),
    [
        ("If metrics are enabled", "metrics", "enabled"),
        ("If internal TLS is disabled", "internal-tls", "disabled"),
        ("If JMX port is exposed", "jmx-port", "exposed"),
        ("If the Plain listener is enabled", "plain-listener", "enabled"),
        ("If a Plain listener is enabled.", "plain-listener", "enabled"),
        ("If an OAuth provider is configured", "oauth-provider", "configured"),
        ("if  METRICS   are ENABLED", "metrics", "enabled"),
        ("When metrics are enabled", "metrics", "enabled"),
        ("Where geo-replication is enabled;", "geo-replication", "enabled"),
        ("Only if metrics are enabled", "metrics", "enabled"),
        ("If metrics enabled", "metrics", "enabled"),
        ("If OAuth has been configured", "oauth", "configured"),
        ("If metrics have been enabled", "metrics", "enabled"),
        ("If spec.metrics is set to true", "spec-metrics", "set to true"),
        ("If Kafka is in KRaft mode", "kafka", "in kraft mode"),
        ("If the number of replicas is greater than 1", "number-of-replicas", "greater than 1"),
    ],
)
def test_a_condition_names_a_feature_and_its_state(text: str, feature: str, state: str) -> None:
    assert read(text) == (feature, state)


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("If metrics are not enabled", "disabled"),
        ("If metrics are not disabled", "enabled"),
        ("If metrics aren't enabled", "disabled"),
        ("If metrics aren\u2019t enabled", "disabled"),
        ("If metrics haven't been enabled", "disabled"),
        ("Unless metrics are enabled", "disabled"),
        ("Unless metrics are not enabled", "enabled"),
        ("If metrics are not exposed", "not exposed"),
        ("Unless metrics are exposed", "not exposed"),
        ("Unless metrics are not exposed", "exposed"),
    ],
)
def test_not_turns_a_state_into_its_opposite(text: str, state: str) -> None:
    """`disabled` is the opposite of `enabled`, and that of any other state begins with "not"."""
    assert read(text) == ("metrics", state)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("Sometimes", id="no-condition"),
        pytest.param("No", id="no"),
        pytest.param("Never", id="never"),
        pytest.param("Enabled", id="a-state-alone"),
        pytest.param("Metrics enabled", id="no-if"),
        pytest.param("During installation", id="a-time"),
        pytest.param("If enabled", id="no-feature"),
        pytest.param("If it is enabled", id="a-pronoun"),
        pytest.param("If metrics are", id="no-state"),
        pytest.param("If the are enabled", id="an-article-alone"),
        pytest.param("If using OAuth", id="no-be"),
        pytest.param("If Kafka has TLS", id="has-without-been"),
        pytest.param("If you enable metrics", id="somebody-does"),
        pytest.param("If metrics and JMX are enabled", id="two-features"),
        pytest.param("If metrics or JMX is enabled", id="one-of-two-features"),
        pytest.param("If both TLS listeners are enabled", id="both"),
        pytest.param("If metrics are enabled and exposed", id="two-states"),
        pytest.param("If TLS is enabled/disabled", id="either-state"),
        pytest.param("If metrics are enabled unless TLS is disabled", id="two-conditions"),
        pytest.param("If metrics are enabled (default)", id="a-parenthesis"),
        pytest.param("If metrics are enabled, always", id="a-comma"),
        pytest.param("If no listener is enabled", id="negated-feature"),
        pytest.param("If metrics never are enabled", id="negated-in-between"),
        pytest.param("If metrics are no longer enabled", id="negated-state"),
        pytest.param("If metrics are not not enabled", id="negated-twice"),
        pytest.param("If replicas > 1", id="a-formula"),
        pytest.param("If m\u0435trics are enabled", id="a-cyrillic-letter"),
        pytest.param("If \u212aafka is enabled", id="a-kelvin-sign"),
        pytest.param("If " + "very " * 30 + "long is enabled", id="long"),
        pytest.param("If metrics are enabled in one of the two", id="long-state"),
    ],
)
def test_what_is_no_such_condition_is_not_guessed(text: str) -> None:
    assert read(text) is None
    assert not is_always(text)


@pytest.mark.parametrize("text", ["Always", "always.", " ALWAYS ", "Yes", "Required", "Mandatory"])
def test_always_is_no_condition(text: str) -> None:
    assert is_always(text)
    assert read(text) is None


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Plain listener", "plain-listener"),
        ("  TLS/SSL (internal) ", "tls-ssl-internal"),
        ("geo-replication", "geo-replication"),
        ("`spec.metrics`", "spec-metrics"),
    ],
)
def test_the_key_of_a_feature_is_its_folded_name(name: str, key: str) -> None:
    assert feature_key(name) == key
    assert feature_key(key) == key


@given(st.one_of(st.sampled_from(["enabled", "disabled"]), WORDS, WORDS.map("not {}".format)))
def test_the_opposite_of_the_opposite_is_the_state(state: str) -> None:
    assert opposite(state) != state
    assert opposite(opposite(state)) == state


@given(feature=st.lists(WORDS, min_size=1, max_size=4), word=st.sampled_from(["If", "When", "Unless"]), state=WORDS)
def test_if_and_unless_are_opposites(feature: list[str], word: str, state: str) -> None:
    """Whatever is understood after "if" is the opposite after "unless", with the same key."""
    text = f"the {' '.join(feature)} is {state}"
    found, other = read(f"{word} {text}"), read(f"Unless {text}" if word != "Unless" else f"If {text}")
    assert (found is None) == (other is None)
    if found and other:
        assert found[0] == other[0] == feature_key(" ".join(feature))
        assert found[1] == opposite(other[1])


@given(st.text(max_size=60))
def test_any_text_is_read_or_not(text: str) -> None:
    """No text stops the reader, and what it reads is a key and a state in lower case."""
    for cell in (text, f"If {text} is enabled", f"If metrics are {text}"):
        found = parse_condition(cell)
        if found:
            assert found.feature == feature_key(found.feature) != ""
            assert found.state == found.state.lower() != ""
            assert found.text == cell


def test_a_cell_gives_the_condition_of_its_row() -> None:
    """Links and line breaks give their text, which is kept; "Always" and no column are no condition."""
    rows = [
        'TCP | Anywhere | 9404 | a | If [metrics](../x/#y){:target="_blank"} are enabled',
        "TCP | Anywhere | 9092 | b | If the<br>**Plain listener** is enabled",
        "TCP | Anywhere | 9093 | c | Always",
    ]
    first, second, third = (rule.condition for rule in parsed(page(*rows, header=HEADER)).rules)
    assert first
    assert first.model_dump() == {"text": "If metrics are enabled", "feature": "metrics", "state": "enabled"}
    assert second
    assert second.model_dump() == {
        "text": "If the Plain listener is enabled",
        "feature": "plain-listener",
        "state": "enabled",
    }
    assert third is None
    assert parsed(page()).rules[0].condition is None


@pytest.mark.parametrize("name", ["Enabled in policy", "Required", "Condition", "**Conditions:**", "Required?"])
def test_columns_of_conditions(name: str) -> None:
    found, problems = rules(f"{KAFKA}| Type | Origin | {name} |\n|-|-|-|\n| TCP | UI | If TLS is enabled |\n")
    assert problems == []
    assert [rule.condition for rule in found] == ["If TLS is enabled"]


ADVICE = "write Always, or a condition such as 'If metrics are enabled', or set condition in an override"
NO_VALUE = 'add "x" = "…" under [variables] in esspec.toml, or name the data files with --data'


@pytest.mark.parametrize(
    ("cell", "messages"),
    [
        pytest.param(
            "Sometimes",
            [f"page.md:7:30: error: 'Sometimes' is no condition that is understood — {ADVICE} [unread-condition]"],
            id="other-words",
        ),
        pytest.param(
            "", [f"page.md:7:29: error: the condition cell is empty — {ADVICE} [empty-condition]"], id="empty"
        ),
        pytest.param(
            "If {{x}} is enabled",
            [f"page.md:7:33: error: the variable 'x' has no value — {NO_VALUE} [unresolved-variable]"],
            id="variable",
        ),
    ],
)
def test_a_cell_that_is_not_understood_is_an_error(cell: str, messages: list[str]) -> None:
    """The row is not read as if it held at all times."""
    assert findings(page(f"TCP | UI pods | 80 | why | {cell}", header=HEADER)) == messages


def test_an_override_decides_a_condition() -> None:
    """It may give a condition, or "Always"; what it gives must be understood."""
    row = "TCP | UI pods | 80 | why | Sometimes"
    text = page(row, header=HEADER)
    for sets, feature in (('condition = "If TLS is enabled"', "tls"), ('condition = "Always"', "")):
        binding = more(override(row, sets))
        assert findings(text, binding) == []
        condition = parsed(text, binding).rules[0].condition
        assert (condition.feature if condition else "") == feature
    (problem,) = findings(text, more(override(row, 'condition = "Sometimes"')))
    assert problem == (
        "esspec.toml:14:1: error: overrides.0.condition: 'Sometimes' is neither Always nor like "
        "'If metrics are enabled' — see `esspec schema binding` for what may stand here [bad-value]"
    )

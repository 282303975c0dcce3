"""Features: which rows hold in which states, who sets them, and the proof over profiles and combinations."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from command_lines import Ran
from command_lines import esspec as run
from esspec.model import AllowNone, AllowOnly, PolicySet, Unspecified
from esspec.targets import target as targets
from esspec.targets.target import Target, load_targets
from small_pages import model

PAGE = """\
## Kafka pod

| Type | Origin | Port | Reason | Enabled in policy |
|---|---|---|---|---|
| TCP | UI pods | 9091 | brokers | Always |
| TCP | Anywhere | 9404 | metrics | If [metrics](#m) are enabled |
| TCP | Anywhere | 9999 | JMX | If JMX port is exposed |

## UI pod

| Type | Origin | Port | Reason | Enabled in policy |
|---|---|---|---|---|
| TCP | Anywhere | 3000 | metrics too | If metrics are enabled |
| TCP | Anywhere | 7443 | TLS | If internal TLS is enabled |
| TCP | Anywhere | 7080 | no TLS | If internal TLS is not enabled |
"""
BINDING = """\
namespace = "ns"

[workloads."Kafka pod"]
labels = { component = "kafka" }

[workloads."UI pod"]
labels = { component = "ui" }

"""
SET = '[features]\nmetrics = "enabled"\njmx-port = "not exposed"\ninternal-tls = "enabled"\n'
PROFILES = """\

[profiles.plain.features]
metrics = "disabled"
internal-tls = "disabled"

[profiles.jmx.features]
jmx-port = "exposed"
"""


def unset(line: int, name: str, rows: str, states: str) -> str:
    """Return the error for a feature without a state."""
    how = f"write {name} = {states} under [features] in esspec.toml, or use --set {name}=…"
    return f"page.md:{line}:1: error: the feature '{name}' is not set, and {rows} — {how} [unset-feature]"


UNSET = [
    unset(6, "metrics", "2 rows depend on it: lines 6, 13", '"enabled" or "disabled"'),
    unset(7, "jmx-port", "the row on line 7 depends on it", '"exposed" or "not exposed"'),
    unset(14, "internal-tls", "2 rows depend on it: lines 14, 15", '"enabled" or "disabled"'),
]


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("page.md").write_text(PAGE, encoding="utf-8")
    bind(SET + PROFILES)


def bind(more: str) -> None:
    """Write the binding, with more at its end."""
    Path("esspec.toml").write_text(BINDING + more, encoding="utf-8")


def esspec(command: str, *options: str) -> Ran:
    """Return what a command gives for the page."""
    return run(command, "page.md", *options)


def ports(*options: str) -> list[int]:
    """Return the ports that the Kubernetes policies allow, in their order."""
    ran = esspec("export", "--target", "kubernetes", *options)
    assert (ran.code, ran.err) == (0, "")
    return [int(line.split()[-1]) for line in ran.out.splitlines() if line.strip().startswith("port:")]


@pytest.mark.parametrize("command", [["export", "-o", "out"], ["export", "--target", "calico"], ["verify"]])
def test_an_unset_feature_is_one_error(command: list[str]) -> None:
    """It names every row that depends on it; nothing is written, and no row holds because nobody said otherwise."""
    bind("")
    ran = esspec(*command)
    assert (ran.code, ran.out, ran.err.splitlines()) == (1, "", UNSET)
    assert not Path("out").exists()


def test_only_what_is_unset_is_asked_for() -> None:
    bind('[features]\nmetrics = "enabled"\n')
    assert esspec("export", "--target", "kubernetes", "--set", "jmx-port=exposed").err.splitlines() == UNSET[2:]


def test_many_rows_are_counted() -> None:
    """The error stays readable where hundreds of rows depend on one feature."""
    rows = "".join(f"| TCP | Anywhere | {n} | a | If metrics are enabled |\n" for n in range(1, 31))
    Path("page.md").write_text(f"## Kafka pod\n\n| Type | Origin | Port | Reason | Required |\n|-|-|-|-|-|\n{rows}")
    bind("")
    assert "30 rows depend on it: lines 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 and 18 more" in esspec("verify").err


@pytest.mark.parametrize(
    ("options", "found"),
    [
        pytest.param([], [9091, 9404, 3000, 7443], id="features"),
        pytest.param(["--profile", "plain"], [9091, 7080], id="a-profile-is-over-features"),
        pytest.param(
            ["--profile", "jmx"], [9091, 9404, 9999, 3000, 7443], id="what-a-profile-leaves-is-as-in-features"
        ),
        pytest.param(["--set", "metrics=disabled"], [9091, 7443], id="set-is-over-features"),
        pytest.param(
            ["--profile", "plain", "--set", "metrics=enabled"], [9091, 9404, 3000, 7080], id="set-is-over-all"
        ),
        pytest.param(["--set", "JMX port=Exposed"], [9091, 9404, 9999, 3000, 7443], id="set-in-the-page-s-words"),
        pytest.param(["--set", "metrics=not enabled"], [9091, 7443], id="not-enabled-is-disabled"),
        pytest.param(["--set", "internal-tls=disabled", "--set", "metrics=disabled"], [9091, 7080], id="several"),
        pytest.param(
            ["--set", "metrics=enabled", "--set", "metrics=enabled"], [9091, 9404, 3000, 7443], id="twice-alike"
        ),
    ],
)
def test_the_last_word_wins(options: list[str], found: list[int]) -> None:
    """The command line wins over the profile, and that over `[features]`."""
    assert ports(*options) == found


def test_a_binding_may_use_the_words_of_the_page() -> None:
    bind('[features]\nMetrics = "Enabled"\n"JMX port" = "not exposed"\n"internal TLS" = "not enabled"\n')
    assert ports() == [9091, 9404, 3000, 7080]


def test_what_shows_conditions_needs_no_features() -> None:
    """CSV and parse show every row whose feature is unset, with its condition."""
    bind("")
    csv = esspec("export", "--target", "csv")
    assert csv.code == 0
    conditions = [line.split('","')[6] for line in csv.out.splitlines()[1:] if '"ingress"' in line]
    assert conditions == [
        "",
        "If metrics are enabled",
        "If JMX port is exposed",
        "If metrics are enabled",
        "If internal TLS is enabled",
        "If internal TLS is not enabled",
    ]
    parsed = esspec("parse")
    assert (parsed.code, parsed.err) == (0, "")
    assert sum("If metrics are enabled" in line for line in parsed.out.splitlines()) == 2
    verified = esspec("verify", "--target", "csv")
    assert (verified.code, verified.err) == (0, "")


def test_csv_leaves_out_what_does_not_hold() -> None:
    """Where a feature is set, CSV says what is enforced in that state."""
    assert "7080" not in esspec("export", "--target", "csv").out
    assert "7080" in esspec("export", "--target", "csv", "--profile", "plain").out


def usage(*options: str) -> str:
    """Return the one usage error that a command line gives."""
    ran = esspec("export", "--target", "kubernetes", *options)
    assert (ran.code, ran.out) == (2, "")
    return ran.err.rstrip("\n")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["--profile", "nope"],
            "--profile: error: esspec.toml has no profile 'nope' — it has: plain, jmx; write [profiles.nope.features]",
        ),
        (
            ["--set", "metrics=on"],
            "--set: error: the feature 'metrics' has no state 'on' — its states are \"enabled\" or \"disabled\"",
        ),
        (
            ["--set", "jmx-port=off"],
            "--set: error: the feature 'jmx-port' has no state 'off' — its states are \"exposed\" or \"not exposed\"",
        ),
        (
            ["--set", "oauth=enabled"],
            "--set: error: the page has no feature 'oauth' — it has: metrics, jmx-port, internal-tls",
        ),
        (["--set", "metrics"], "--set: error: 'metrics' sets nothing — write --set metrics=enabled, once each"),
        (["--set", "=enabled"], "--set: error: '=enabled' sets nothing — write --set metrics=enabled, once each"),
        (
            ["--set", "metrics=enabled", "--set", "metrics=disabled"],
            "--set: error: 'metrics' is set twice — write --set metrics=enabled, once each",
        ),
        (
            ["--set", "metrics=enabled", "--set", "Metrics=disabled"],
            "--set: error: 'metrics' is set twice, to enabled and to disabled — keep one of them",
        ),
    ],
)
def test_a_choice_that_page_and_binding_do_not_have(options: list[str], message: str) -> None:
    assert usage(*options) == f"{message} [usage]"


@pytest.mark.parametrize(
    ("more", "line", "message"),
    [
        pytest.param(
            SET + '"JMX port" = "exposed"\n',
            13,
            "'jmx-port' stands here twice — keep one of them [name-twice]",
            id="one-feature-twice",
        ),
        pytest.param(
            SET + '\n[profiles.x.features]\nmetrics = "on"\n',
            15,
            "the feature 'metrics' has no state 'on' — write \"enabled\" or \"disabled\" [unknown-state]",
            id="no-state-of-it",
        ),
        pytest.param(
            SET.replace('metrics = "enabled"', 'metrics = ""'),
            10,
            "features.metrics is empty — fill it in: the state it is in [unfilled]",
            id="empty",
        ),
        pytest.param(
            SET.replace('metrics = "enabled"', "metrics = true"),
            10,
            "features.metrics: Input should be a valid string — "
            "see `esspec schema binding` for what may stand here [bad-value]",
            id="no-text",
        ),
        pytest.param(
            SET + '\n[profiles.x]\nmetrics = "on"\n',
            15,
            "there is no key profiles.x.metrics — known keys: features [unknown-key]",
            id="features-not-named",
        ),
    ],
)
def test_what_the_binding_gets_wrong(more: str, line: int, message: str) -> None:
    """A profile is checked even where nobody chooses it."""
    bind(more)
    ran = esspec("export", "--target", "kubernetes")
    assert (ran.code, ran.out, ran.err) == (1, "", f"esspec.toml:{line}:1: error: {message}\n")


def test_a_state_that_is_none_leaves_the_feature_unset() -> None:
    bind(SET.replace('"not exposed"', '"closed"'))
    message = "the feature 'jmx-port' has no state 'closed' — write \"exposed\" or \"not exposed\" [unknown-state]"
    ran = esspec("export", "--target", "kubernetes")
    assert (ran.code, ran.out, ran.err.splitlines()) == (1, "", [f"esspec.toml:11:1: error: {message}", UNSET[1]])


def test_a_feature_that_no_row_names_is_a_warning() -> None:
    bind(SET + 'oauth = "enabled"\n\n[profiles.x.features]\nsasl = "enabled"\n')
    ran = esspec("export", "--target", "kubernetes")
    assert (ran.code, ran.err.splitlines()) == (
        0,
        [
            f"esspec.toml:{line}:1: warning: no condition on the page names the feature '{name}' — "
            "correct its name, or delete it [unused-entry]"
            for line, name in ((13, "oauth"), (16, "sasl"))
        ],
    )


def compiled(*conditions: str, more: str = SET) -> PolicySet:
    """Return the model of a page whose Kafka pod has one row per condition."""
    rows = "".join(f"| TCP | Anywhere | {n} | a | {text} |\n" for n, text in enumerate(conditions, 1))
    return model(f"## Kafka pod\n\n| Type | Origin | Port | Reason | Required |\n|-|-|-|-|-|\n{rows}", BINDING + more)


def test_a_direction_stays_isolated_when_no_row_of_it_holds() -> None:
    """It is not left open: the page has rows for it, and none of them permits anything now."""
    kafka = compiled("If metrics are enabled", more='[features]\nmetrics = "disabled"\n').workload["Kafka pod"]
    assert isinstance(kafka.ingress, AllowNone)
    assert kafka.ingress.line == 5
    text = esspec("export", "--target", "kubernetes").out
    assert "policyTypes:\n    - Ingress\n" in text
    assert "# ingress: page.md:5: no row, because none of their conditions holds\n" in text
    assert "port:" not in text
    assert esspec("verify").code == 0


def test_states_that_the_page_names() -> None:
    """Two that the page names are all there are; one that it names alone has its opposite beside it."""
    bind('[features]\nx = "off"\n')
    rows = "| TCP | Anywhere | 1 | a | If X is set to one |\n| TCP | Anywhere | 2 | a | If X is set to two |\n"
    Path("page.md").write_text(f"## Kafka pod\n\n| Type | Origin | Port | Reason | Required |\n|-|-|-|-|-|\n{rows}")
    assert 'write "set to one" or "set to two" [unknown-state]' in esspec("verify").err
    bind('[features]\nx = "Set to  TWO"\n')
    kafka = compiled("If X is set to one", "If X is set to two", more='[features]\nx = "set to two"\n')
    assert isinstance(kafka.workload["Kafka pod"].ingress, AllowOnly)
    assert [rule.line for rule in kafka.workload["Kafka pod"].rules] == [6]


def summary(*options: str) -> list[str]:
    """Return what verify compared, when all is equal."""
    ran = esspec("verify", *options)
    assert (ran.code, ran.err) == (0, "")
    return [line for line in ran.out.splitlines() if line.startswith(("equal", "compared: ")) and "class" not in line]


EQUAL = "equal: page, calico, cilium, csv, kubernetes mean the same"


def test_verify_proves_one_state_or_all() -> None:
    """Of two profiles there are two; Kafka has two features with two states each, and so has UI."""
    assert summary() == [EQUAL]
    assert summary("--profile", "plain", "--set", "metrics=enabled") == [EQUAL]
    assert summary("--all-profiles") == [EQUAL, "compared: 2 sets of policies, one after the other"]
    bind("")
    assert summary("--every-combination") == [EQUAL, "compared: 8 sets of policies, one after the other"]


def without(policies: PolicySet, line: int) -> PolicySet:
    """Return the policies without what a line says: a rule of several, or a statement."""

    def kept(allowance: Any) -> Any:
        if isinstance(allowance, AllowOnly):
            left = tuple(rule for rule in allowance.rules if rule.line != line)
            return AllowOnly(rules=left) if left else AllowNone(line=1)
        return Unspecified() if getattr(allowance, "line", 0) == line else allowance

    workloads = (w.model_copy(update={"ingress": kept(w.ingress)}) for w in policies.workloads)
    return policies.model_copy(update={"workloads": tuple(workloads)})


def lose(line: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the Kubernetes exporter lose what a line says."""
    real = load_targets(())

    def lower(policies: PolicySet) -> Sequence[Any]:
        return next(t for t in real if t.name == "kubernetes").lower(without(policies, line))

    def load(_names: Sequence[str]) -> tuple[Target, ...]:
        return tuple(t._replace(lower=lower) if t.name == "kubernetes" else t for t in real)

    monkeypatch.setattr(targets, "load_targets", load)


@pytest.mark.parametrize(
    ("options", "where"),
    [
        (["--all-profiles"], "profile plain"),
        (["--every-combination"], "UI pod: internal-tls disabled, metrics enabled"),
        (["--profile", "plain"], ""),
    ],
)
def test_a_broken_exporter_is_caught_in_the_state_where_it_breaks(
    options: list[str], where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The state in use may be right where another is not, so the proof of all names the one that fails."""
    lose(15, monkeypatch)
    assert esspec("verify").code == 0
    ran = esspec("verify", *options)
    lines = ran.out.splitlines()
    assert (ran.code, lines[0][:9]) == (1, "NOT EQUAL")
    assert [line for line in lines if line.startswith("unequal in")] == ([f"unequal in: {where}"] if where else [])
    assert "  page: allowed (page.md:15)" in lines
    assert "reason: kubernetes does not carry the reason 'no TLS' of row page.md:15" in lines


def test_a_lost_statement_is_caught_in_every_combination(monkeypatch: pytest.MonkeyPatch) -> None:
    """A workload without features has one combination, which is compared as well."""
    Path("page.md").write_text(f"{PAGE}\n## Silent pod\n\nIncoming connections permitted: None\n", encoding="utf-8")
    bind(f'{SET}\n[workloads."Silent pod"]\nlabels = {{ component = "silent" }}\n')
    assert summary("--every-combination") == [EQUAL, "compared: 9 sets of policies, one after the other"]
    lose(19, monkeypatch)
    ran = esspec("verify", "--every-combination")
    assert ran.code == 1
    assert "unequal in: Silent pod" in ran.out.splitlines()


def test_a_profile_that_leaves_a_feature_unset_is_named() -> None:
    bind(PROFILES + 'internal-tls = "enabled"\n')
    ran = esspec("verify", "--all-profiles")
    (message,) = ran.err.splitlines()
    assert (ran.code, ran.out) == (1, "")
    assert message.startswith(
        "page.md:7:1: error: the feature 'jmx-port' is not set by the profile 'plain' and not by [features], and the"
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--all-profiles", "--every-combination"], "--all-profiles and --every-combination are two ways to go"),
        (
            ["--all-profiles", "--profile", "plain"],
            "--profile and --set choose one state of the features, and all are asked for",
        ),
        (
            ["--every-combination", "--set", "metrics=enabled"],
            "--profile and --set choose one state of the features, and all are asked for",
        ),
        (
            ["--every-combination", "--dir", "out"],
            "--dir holds the files of one state of the features, and all are asked for",
        ),
    ],
)
def test_options_of_verify_that_contradict_each_other(options: list[str], message: str) -> None:
    ran = esspec("verify", *options)
    assert (ran.code, ran.out, ran.err) == (2, "", f"verify: error: {message} — leave one of them away [usage]\n")


def test_all_profiles_of_none() -> None:
    bind(SET)
    ran = esspec("verify", "--all-profiles")
    assert (ran.code, ran.out) == (2, "")
    advice = "write [profiles.NAME.features], or leave it away"
    assert ran.err == f"--all-profiles: error: esspec.toml has no profiles — {advice} [usage]\n"


def test_too_many_combinations_are_refused() -> None:
    """They grow exponentially with the features of one workload, not of the page."""
    Path("page.md").write_text(
        "## Kafka pod\n\n| Type | Origin | Port | Reason | Required |\n|-|-|-|-|-|\n"
        + "".join(f"| TCP | Anywhere | {n} | a | If X{n} is enabled |\n" for n in range(1, 14))
    )
    bind("")
    ran = esspec("verify", "--every-combination")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        "page.md:1:1: error: the features of 'Kafka pod' have 8192 combinations, more than 4096 — "
        "prove the profiles with --all-profiles [too-many-combinations]\n"
    )


def test_files_on_disk_are_those_of_one_profile() -> None:
    """`--dir` and `--check` compare in the state that the command line chooses."""
    assert esspec("export", "-o", "out", "--profile", "plain").code == 0
    assert esspec("verify", "--dir", "out", "--profile", "plain").code == 0
    assert esspec("verify", "--dir", "out").code == 1
    assert esspec("export", "-o", "out", "--check", "--profile", "plain").code == 0
    assert esspec("export", "-o", "out", "--check").code == 1

"""Mistakes in the binding's form are told with file, line, key and remedy, all of them at once."""

from pathlib import Path

import pytest

from esspec.bindings.binding import read_binding
from esspec.problem import InputProblems
from small_pages import BINDING, findings, instead, more, override, page

SCHEMA = "see `esspec schema binding` for what may stand here [bad-value]"
EXTERNAL = ("[externals.Host]", 'role = "node"')
UI = 'workloads."UI pod"'
PORTS = "is no port from 1 to 65535, nor a range of such"
HOST_BITS = "'10.0.0.1/8' is no network address (10.0.0.1/8 has host bits set)"
STRING = "Input should be a valid string"
ZONE = "has a zone, or is an IPv4 address in IPv6 form"
QUOTES = "put the whole name in quotes"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("binding", "line", "told"),
    [
        pytest.param(
            instead("namespace", "namepace"),
            1,
            "there is no key namepace — did you mean namespace? [unknown-key]",
            id="misspelt at the top",
        ),
        pytest.param(
            more("lables = {}"),
            9,
            f"there is no key {UI}.lables — did you mean labels? [unknown-key]",
            id="misspelt below",
        ),
        pytest.param(
            more(*EXTERNAL, "adresses = []"),
            11,
            "there is no key externals.Host.adresses — did you mean addresses? [unknown-key]",
            id="misspelt in an external",
        ),
        pytest.param(
            more("[dns]", "peers = [{ namespace = 'a', labels = { a = 'b' }, label = 1 }]"),
            10,
            "there is no key dns.peers.0.label — did you mean labels? [unknown-key]",
            id="misspelt in an inline table",
        ),
        pytest.param(
            more(override(sets="port = 80")),
            14,
            "there is no key overrides.0.port — did you mean ports? [unknown-key]",
            id="misspelt in an override",
        ),
        pytest.param(
            more("xyz = 1"),
            9,
            f"there is no key {UI}.xyz — known keys: labels, aliases, namespace, namespaces, inherit_labels, overlaps "
            "[unknown-key]",
            id="like no other key",
        ),
        pytest.param(
            more("[workloads]", '"A b" = 1'), 10, f'workloads."A b": this must be a table — {SCHEMA}', id="no table"
        ),
        pytest.param(more("aliases = 'a'"), 9, f"{UI}.aliases: Input should be a valid list — {SCHEMA}", id="no list"),
        pytest.param(more("aliases = [", " 1]"), 9, f"{UI}.aliases.0: {STRING} — {SCHEMA}", id="number for text"),
        pytest.param(
            more("inherit_labels = 'no'"),
            9,
            f"{UI}.inherit_labels: Input should be a valid boolean — {SCHEMA}",
            id="text for a boolean",
        ),
        pytest.param(
            more("aliases = ['']"),
            9,
            f"{UI}.aliases.0: String should have at least 1 character — {SCHEMA}",
            id="empty alias",
        ),
        pytest.param(
            more("namespaces = 'all'"), 9, f"{UI}.namespaces: Input should be 'any' — {SCHEMA}", id="namespaces"
        ),
        pytest.param(instead('"ns"', '"Ns"'), 1, f"namespace: 'Ns' is not legal here — {SCHEMA}", id="namespace"),
        pytest.param(
            instead('"ns"', '"ns\\n"'), 1, rf"namespace: 'ns\n' is not legal here — {SCHEMA}", id="namespace, line end"
        ),
        pytest.param(
            instead('"ns"', f'"{"n" * 64}"'),
            1,
            f"namespace: String should have at most 63 characters — {SCHEMA}",
            id="long",
        ),
        pytest.param(
            instead('"ui"', '"-ui"'), 8, f"{UI}.labels.component: '-ui' is not legal here — {SCHEMA}", id="label"
        ),
        pytest.param(
            instead('"ui"', '"ü"'), 8, f"{UI}.labels.component: 'ü' is not legal here — {SCHEMA}", id="label, no ASCII"
        ),
        pytest.param(instead('"ui"', "1"), 8, f"{UI}.labels.component: {STRING} — {SCHEMA}", id="label, number"),
        pytest.param(
            instead('"ui"', f'"{"u" * 64}"'),
            8,
            f"{UI}.labels.component: String should have at most 63 characters — {SCHEMA}",
            id="label, long",
        ),
        pytest.param(
            instead('component = "ui"', '"a b" = "ui"'),
            8,
            f"{UI}.labels.\"a b\": 'a b' is not legal here — {SCHEMA}",
            id="key",
        ),
        pytest.param(
            instead('component = "ui"', '"a..b/c" = "ui"'),
            8,
            f"{UI}.labels.\"a..b/c\": 'a..b/c' is not legal here — {SCHEMA}",
            id="key, its prefix is no domain",
        ),
        pytest.param(
            instead('component = "ui"', f'"{"a" * 254}/c" = "ui"'),
            8,
            f'{UI}.labels."{"a" * 254}/c": what stands before the slash is longer than 253 characters — {SCHEMA}',
            id="key, its prefix is long",
        ),
        pytest.param(f'prefix = "Es-"\n{BINDING}', 1, f"prefix: 'Es-' is not legal here — {SCHEMA}", id="prefix"),
        pytest.param(f'prefix = "-"\n{BINDING}', 1, f"prefix: '-' is not legal here — {SCHEMA}", id="prefix of a dash"),
        pytest.param(
            f'prefix = "{"p" * 41}"\n{BINDING}',
            1,
            f"prefix: String should have at most 40 characters — {SCHEMA}",
            id="prefix, long",
        ),
        pytest.param(
            f'\nanywhere = "pods"\n{BINDING}',
            2,
            "anywhere: Input should be 'everyone' — write \"everyone\", the only value so far [bad-value]",
            id="anywhere",
        ),
        pytest.param(
            more("[externals.Host]"), 9, "the key externals.Host.role is missing — add it [missing-key]", id="no role"
        ),
        pytest.param(
            more("[externals.Host]", 'role = "master"'),
            10,
            f"externals.Host.role: Input should be 'outside', 'node' or 'kube-apiserver' — {SCHEMA}",
            id="role",
        ),
        pytest.param(
            more(*EXTERNAL, "addresses = ['10.0.0.1/8']"),
            11,
            f"externals.Host.addresses.0: {HOST_BITS} — {SCHEMA}",
            id="host bits",
        ),
        pytest.param(
            more(*EXTERNAL, "addresses = [", "  '10.0.0.0/8',", "  'example.com']"),
            11,
            "externals.Host.addresses.1: 'example.com' is no network address "
            f"('example.com' does not appear to be an IPv4 or IPv6 network) — {SCHEMA}",
            id="a name for an address",
        ),
        pytest.param(
            more(*EXTERNAL, "addresses = ['fe80::1%eth0/128']"),
            11,
            f"externals.Host.addresses.0: 'fe80::1%eth0/128' {ZONE} — {SCHEMA}",
            id="zone",
        ),
        pytest.param(
            more(*EXTERNAL, "addresses = ['::ffff:10.0.0.0/104']"),
            11,
            f"externals.Host.addresses.0: '::ffff:10.0.0.0/104' {ZONE} — {SCHEMA}",
            id="IPv4 in IPv6 form",
        ),
        pytest.param(
            more("[variables]", "site.data.host = 'x'"),
            10,
            f'variables.site: {STRING} — {QUOTES}, such as "site.data.reuse.host" = "…" [bad-value]',
            id="variable without quotes",
        ),
        pytest.param(
            more("[dns]", "reason = 'x'"), 9, "the key dns.peers is missing — add it [missing-key]", id="no DNS peers"
        ),
        pytest.param(
            more("[dns]", "peers = []"),
            10,
            f"dns.peers: List should have at least 1 item after validation, not 0 — {SCHEMA}",
            id="none",
        ),
        pytest.param(
            more("[dns]", "peers = [{namespace = 'a', labels = {}}]"),
            10,
            f"dns.peers.0.labels: Dictionary should have at least 1 item after validation, not 0 — {SCHEMA}",
            id="DNS of every pod",
        ),
        pytest.param(
            more("[dns]", "peers = [{namespace = 'a', labels = {a = 'b'}}]", "ports = 'all'"),
            11,
            f"dns.ports: 'all' is no port — {SCHEMA}",
            id="DNS on all ports",
        ),
        pytest.param(
            more("[overrides]", "workload = 'x'"),
            9,
            "overrides: Input should be a valid list — write [[overrides]], in two brackets [bad-value]",
            id="single brackets",
        ),
        pytest.param(
            more(override().replace('reason = "because"\n', "")),
            9,
            "the key overrides.0.reason is missing — add it [missing-key]",
            id="override without a reason",
        ),
        pytest.param(
            more(override().replace('"because"', '""')),
            13,
            "overrides.0.reason is empty — fill it in: why it is decided so [unfilled]",
            id="override with an empty reason",
        ),
        pytest.param(
            more(override(direction="in")),
            11,
            f"overrides.0.direction: Input should be 'ingress' or 'egress' — {SCHEMA}",
            id="direction",
        ),
        pytest.param(
            more(override(sets="protocol = 'tcp'")),
            14,
            f"overrides.0.protocol: Input should be 'TCP', 'UDP' or 'SCTP' — {SCHEMA}",
            id="protocol in lower case",
        ),
        pytest.param(
            more(override(sets="occurrence = 0")),
            14,
            f"overrides.0.occurrence: Input should be greater than or equal to 1 — {SCHEMA}",
            id="occurrence 0",
        ),
        pytest.param(
            more(override(sets="peers = []")),
            14,
            f"overrides.0.peers: List should have at least 1 item after validation, not 0 — {SCHEMA}",
            id="no peers",
        ),
        *(
            pytest.param(
                more(override(sets=f"ports = {written}")),
                14,
                f"overrides.0.ports: {told} — {SCHEMA}",
                id=f"ports = {written}",
            )
            for written, told in (
                ("0", f"'0' {PORTS}"),
                ("65536", f"'65536' {PORTS}"),
                ("-80", "'-80' is no port"),
                ("true", "'True' is no port"),
                ("80.0", "'80.0' is no port"),
                ("'80-'", "'80-' is no port"),
                ("'8443-80'", f"'8443-80' {PORTS}"),
                ("'8_0'", "'8_0' is no port"),
                ("' 80'", "' 80' is no port"),
                ("'٨٠'", "'٨٠' is no port"),
                ("'http'", "'http' is no port"),
                ("'80-90-100'", "'80-90-100' is no port"),
                ("[80, [81]]", "'[81]' is no port"),
                ("[80, 'all']", "'all' is no port"),
                ("[]", "no port is named"),
            )
        ),
    ],
)
def test_mistake_is_restated(binding: str, line: int, told: str) -> None:
    """Exit 1, the place and the key as the file has them, nothing of the library that found it."""
    assert findings(page(), binding) == [f"esspec.toml:{line}:1: error: {told}"]


def test_all_mistakes_are_told_at_once_in_their_order() -> None:
    binding = more("lables = 1", *EXTERNAL, "addresses = ['x', 'y']", "[dns]", "peers = []").replace('"ns"', '"N"')
    assert [told.split(": ")[0] for told in findings(page(), binding)] == [
        "esspec.toml:1:1",
        "esspec.toml:9:1",
        "esspec.toml:12:1",
        "esspec.toml:12:1",
        "esspec.toml:14:1",
    ]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        pytest.param(
            b"a = 1\n\n[b\n",
            "esspec.toml:3:3: error: this is no TOML: Expected ']' at the end of a table declaration",
            id="syntax",
        ),
        pytest.param(
            b"a = 1\na = 2\n", "esspec.toml:2:6: error: this is no TOML: Cannot overwrite a value", id="key twice"
        ),
        pytest.param(b'a = "', "esspec.toml:1:1: error: this is no TOML: Unterminated string", id="cut off"),
        pytest.param(b"a = 1\nb = \xff", "esspec.toml:2:5: error: byte 0xff is no UTF-8", id="not UTF-8"),
        pytest.param(b"a = 'x\0'", "esspec.toml:1:7: error: a NUL byte stands here", id="NUL"),
        pytest.param(b"a = " + b"[" * 5000, "esspec.toml:1:1: error: the file is nested too deeply", id="nested"),
        pytest.param(
            b"a = " + b"1" * 5000, "esspec.toml:1:1: error: this is no TOML: Exceeds the limit", id="huge number"
        ),
        pytest.param(
            b"#" * (4 * 1024 * 1024 + 1), "esspec.toml: error: the file is larger than 4194304 bytes", id="too large"
        ),
    ],
)
def test_what_is_no_toml_is_exit_2(data: bytes, told: str) -> None:
    Path("esspec.toml").write_bytes(data)
    with pytest.raises(InputProblems) as stopped:
        read_binding(Path("esspec.toml"), "esspec.toml")
    (problem,) = stopped.value.problems
    assert str(problem).startswith(told)
    assert stopped.value.exit_code == 2

"""Plain text out of cells, headings and labels: nothing hidden, nothing lost, variables filled and remembered."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esspec.reading.inline import InlineReader, Mark, Text, is_attribute_list

VALUES = {
    "host": "on the master host",
    "site.data.reuse.es_name": "Event Streams",
    "bold": "**Kafka** pods",
    "html": "<del>UI</del> pods",
    "two": "a<br>b",
    "lines": "a\nb",
    "empty": "",
    "hidden": "a\u202eb",
    "again": "{{host}}",
    "listed": "x{: .y}",
}


def read(raw: str) -> Text:
    """Return the text of `raw` with VALUES."""
    return InlineReader(VALUES).read(raw)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        pytest.param("Kafka pods", "Kafka pods", id="plain"),
        pytest.param("", "", id="empty"),
        pytest.param("**Type**", "Type", id="strong"),
        pytest.param("_Kafka_ *pods* __now__", "Kafka pods now", id="emphasis"),
        pytest.param("`a*b*` pods", "a*b* pods", id="code-keeps-its-marks"),
        pytest.param("`a|b`", "a|b", id="pipe-in-code"),
        pytest.param("a \\* b \\| c \\\\ d", "a * b | c \\ d", id="escapes"),
        pytest.param("a_b_c 2*3*4 a * b", "a_b_c 234 a * b", id="marks-inside-words"),
        pytest.param("[Kafka](../kafka#pods) pods", "Kafka pods", id="link-text"),
        pytest.param('[Kafka](a "title"){:target="_blank"} pods', "Kafka pods", id="link-with-attributes"),
        pytest.param("[**a**](b) [c]", "a [c]", id="link-without-target-is-text"),
        pytest.param("<https://example.com/a>", "https://example.com/a", id="autolink"),
        pytest.param("a<br>b<br/>c<BR />d", "a\nb\nc\nd", id="br-is-a-line-break"),
        pytest.param("a < b && c > d", "a < b && c > d", id="signs-that-are-no-html"),
        pytest.param("app=<INSTANCE_NAME>", "app=<INSTANCE_NAME>", id="placeholder-is-no-html"),
        pytest.param("R&amp;D &lt;x&gt; &#65; &eacute; &copy; &nope;", "R&D <x> A \u00e9 \u00a9 &nope;", id="entities"),
        pytest.param("a&#27;b", "a\ufffdb", id="entity-that-html-forbids"),
        pytest.param("`&amp;`", "&amp;", id="no-entities-in-code"),
        pytest.param("a&nbsp;b\u00a0c", "a b c", id="no-break-spaces"),
        pytest.param("Kafka pod {: #kafka .x}", "Kafka pod ", id="attribute-list"),
        pytest.param(
            "\u4e2d\u6587 \u00e9 \U0001f600 \u0410", "\u4e2d\u6587 \u00e9 \U0001f600 \u0410", id="other-scripts"
        ),
    ],
)
def test_markup_is_removed_and_words_are_kept(raw: str, text: str) -> None:
    assert read(raw) == Text(text)


@pytest.mark.parametrize(
    ("raw", "text", "code", "needle"),
    [
        pytest.param("<big>a</big>", "<big>a</big>", "inline-html", "<big>", id="html"),
        pytest.param("a<!-- not b -->", "a<!-- not b -->", "inline-html", "<!-- not b -->", id="comment"),
        pytest.param("a<br class=x>b", "a<br class=x>b", "inline-html", "<br class=x>", id="br-with-attributes"),
        pytest.param("<span hidden>b", "<span hidden>b", "inline-html", "<span hidden>", id="hidden-span"),
        pytest.param("![Kafka pods](a.png)", "", "image", "![", id="image"),
        pytest.param("~~UI pods~~", "UI pods", "struck-text", "~~", id="struck"),
        pytest.param("{{ 'a' | upcase }}", "{{ 'a' | upcase }}", "liquid", "{{ 'a' | upcase }}", id="filter"),
        pytest.param("{{ a.b[0] }}", "{{ a.b[0] }}", "liquid", "{{ a.b[0] }}", id="index"),
        pytest.param("{{ \u0430 }}", "{{ \u0430 }}", "liquid", "{{ \u0430 }}", id="name-with-a-look-alike"),
        pytest.param("{{host", "{{host", "liquid", "{{host", id="open-variable"),
        pytest.param("{% if a %}b{% endif %}", "{% if a %}b{% endif %}", "liquid", "{% if a %}", id="tag"),
        pytest.param("a{::comment}b{:/comment}", "a{::comment}b{:/comment}", "liquid", "{::comment}", id="kramdown"),
        pytest.param("{{nope}}", "{{nope}}", "unresolved-variable", "{{nope}}", id="unknown-variable"),
        pytest.param("{{Host}}", "{{Host}}", "unresolved-variable", "{{Host}}", id="case-matters"),
        pytest.param("{{html}}", "<del>UI</del> pods", "inline-html", "<del>", id="html-in-a-value"),
        pytest.param("{{hidden}}", "a\u202eb", "hidden-character", "\u202e", id="hidden-in-a-value"),
        pytest.param("{{lines}}", "a b", "hidden-character", "\n", id="line-end-in-a-value"),
        pytest.param("{{a}}" * 1001, "{{a}}" * 1001, "too-many-variables", "{{", id="too-many"),
    ],
)
def test_what_may_hide_words_is_a_fault(raw: str, text: str, code: str, needle: str) -> None:
    found = read(raw)
    assert found.text == text
    assert (found.faults[0].code, found.faults[0].needle) == (code, needle)


@pytest.mark.parametrize(
    ("raw", "point"),
    [
        pytest.param("a\u202eb", "U+202E (RIGHT-TO-LEFT OVERRIDE)", id="bidirectional"),
        pytest.param("a\u2066b", "U+2066 (LEFT-TO-RIGHT ISOLATE)", id="isolate"),
        pytest.param("a\u200bb", "U+200B (ZERO WIDTH SPACE)", id="zero-width-space"),
        pytest.param("a\u200db", "U+200D (ZERO WIDTH JOINER)", id="zero-width-joiner"),
        pytest.param("a\u00adb", "U+00AD (SOFT HYPHEN)", id="soft-hyphen"),
        pytest.param("a\ufeffb", "U+FEFF (ZERO WIDTH NO-BREAK SPACE)", id="byte-order-mark"),
        pytest.param("a\U000e0041b", "U+E0041 (TAG LATIN CAPITAL LETTER A)", id="tag-character"),
        pytest.param("a\x1b[31mb", "U+001B (a control character)", id="terminal-escape"),
        pytest.param("a\tb", "U+0009 (a control character)", id="tab"),
        pytest.param("a\x7fb", "U+007F (a control character)", id="delete"),
        pytest.param("a\x85b", "U+0085 (a control character)", id="next-line"),
        pytest.param("a\u2028b", "U+2028 (LINE SEPARATOR)", id="line-separator"),
        pytest.param("a\u2029b", "U+2029 (PARAGRAPH SEPARATOR)", id="paragraph-separator"),
        pytest.param("a\ue000b", "U+E000 (a control character)", id="private-use"),
        pytest.param("a\U000f0000b", "U+F0000 (a control character)", id="what-stands-for-variables-inside"),
        pytest.param("a\uffffb", "U+FFFF (a control character)", id="no-character"),
        pytest.param("a&#x202e;b", "U+202E (RIGHT-TO-LEFT OVERRIDE)", id="as-entity"),
        pytest.param("a&zwj;b", "U+200D (ZERO WIDTH JOINER)", id="as-named-entity"),
        pytest.param("a&Tab;b", "U+0009 (a control character)", id="tab-as-entity"),
        pytest.param("a&#xF0000;b", "U+F0000 (a control character)", id="inside-mark-as-entity"),
        pytest.param("a&#xF0005;{{host}}", "U+F0005 (a control character)", id="inside-mark-beside-a-variable"),
        pytest.param("[a\u200bb](c)", "U+200B (ZERO WIDTH SPACE)", id="in-a-link"),
        pytest.param("`a\u200bb`", "U+200B (ZERO WIDTH SPACE)", id="in-code"),
    ],
)
def test_a_character_that_cannot_be_seen_is_a_fault(raw: str, point: str) -> None:
    faults = read(raw).faults
    assert [(fault.code, fault.message) for fault in faults] == [
        ("hidden-character", f"the character {point} cannot be seen")
    ]


@pytest.mark.parametrize(
    ("raw", "text", "marks"),
    [
        pytest.param("Port 80 {{host}}", "Port 80 on the master host", [(8, 26, "{{host}}")], id="end"),
        pytest.param("{{ host }} x", "on the master host x", [(0, 18, "{{ host }}")], id="blanks"),
        pytest.param("{{- host -}}", "on the master host", [(0, 18, "{{- host -}}")], id="trim-marks"),
        pytest.param(
            "{{site.data.reuse.es_name}} and {{empty}}.",
            "Event Streams and .",
            [(0, 13, "{{site.data.reuse.es_name}}"), (18, 18, "{{empty}}")],
            id="two",
        ),
        pytest.param("{{bold}}!", "Kafka pods!", [(0, 10, "{{bold}}")], id="markup-in-a-value"),
        pytest.param("**{{host}}**", "on the master host", [(0, 18, "{{host}}")], id="variable-in-markup"),
        pytest.param("`{{host}}`", "on the master host", [(0, 18, "{{host}}")], id="variable-in-code"),
        pytest.param("[{{host}}](a)", "on the master host", [(0, 18, "{{host}}")], id="variable-in-a-link"),
        pytest.param("[a]({{host}})", "a", [], id="variable-in-a-target"),
        pytest.param("{{two}}", "a b", [(0, 3, "{{two}}")], id="br-in-a-value-is-a-space"),
        pytest.param("{{again}}", "{{host}}", [(0, 8, "{{again}}")], id="values-are-not-filled-again"),
        pytest.param("{{listed}}", "x", [(0, 1, "{{listed}}")], id="attribute-list-in-a-value"),
        pytest.param("\\{{host}}", "\\on the master host", [(1, 19, "{{host}}")], id="liquid-comes-before-escapes"),
    ],
)
def test_variables_are_filled_and_marked(raw: str, text: str, marks: list[tuple[int, int, str]]) -> None:
    assert read(raw) == Text(text, tuple(Mark(*mark) for mark in marks))


def test_an_unknown_variable_stands_as_it_is() -> None:
    """It is reported once, keeps its braces, and has a mark, so that a peer is quoted as the page writes it."""
    found = read("a {{nope}} b")
    assert (found.text, found.marks) == ("a {{nope}} b", (Mark(2, 10, "{{nope}}"),))
    (fault,) = found.faults
    assert fault.message == "the variable 'nope' has no value"
    assert fault.remedy == 'add "nope" = "…" under [variables] in esspec.toml, or name the data files with --data'


def test_the_used_variables_are_remembered() -> None:
    inline = InlineReader(VALUES)
    for raw in ("{{host}} {{nope}}", "[a]({{bold}})", "plain"):
        inline.read(raw)
    assert inline.used == {"host"}


@pytest.mark.parametrize(
    ("start", "end", "written"),
    [
        pytest.param(0, 1, "a", id="before"),
        pytest.param(0, 20, "a {{host}}", id="over-the-end"),
        pytest.param(2, 20, "{{host}}", id="the-variable"),
        pytest.param(5, 8, "{{host}}", id="a-part-of-it"),
        pytest.param(20, 22, ", ", id="between"),
        pytest.param(0, 22, "a {{host}}, ", id="up-to-the-next"),
        pytest.param(0, 36, "a {{host}}, {{site.data.reuse.es_name}}.", id="all"),
    ],
)
def test_a_part_is_quoted_as_the_page_writes_it(start: int, end: int, written: str) -> None:
    """A variable that is touched is quoted whole; one that is not is left out."""
    found = read("a {{host}}, {{site.data.reuse.es_name}}.")
    assert found.text == "a on the master host, Event Streams."
    assert found.written(start, end) == written


def test_faults_of_one_text_are_all_told() -> None:
    codes = [fault.code for fault in read("<big>~~a~~ {{ x | y }} {{nope}} ![b](c)").faults]
    assert codes == ["liquid", "inline-html", "struck-text", "image", "unresolved-variable"]


@pytest.mark.parametrize(
    ("text", "is_list"),
    [("{: .wide}", True), ("{:target='_blank'}", True), ("{: .a} b", False), ("{::comment}", False), ("", False)],
)
def test_attribute_lists(text: str, *, is_list: bool) -> None:
    assert is_attribute_list(text) is is_list


PIECES = ["**", "_", "`", "[", "](b)", "<br>", "<b>", "&amp;", "&#x200b;", "{{host}}", "{{x}}", "{%", "%}", "{{", "\\"]
ANY = st.lists(st.one_of(st.sampled_from([*PIECES, "~~", "![", "{:", "}", "\u202e", "\ue000"]), st.text(max_size=3)))


@settings(max_examples=250, deadline=None)
@given(ANY.map("".join))
def test_any_text_is_read(raw: str) -> None:
    """Nothing raises, and text without a fault has no character that cannot be seen."""
    found = read(raw)
    if not found.faults:
        assert not [ch for ch in found.text if ch != "\n" and unicodedata.category(ch)[0] == "C"]
    spans = [(mark.start, mark.end) for mark in found.marks]
    assert spans == sorted(spans)
    assert all(0 <= start <= end <= len(found.text) for start, end in spans)
    assert found.written(0, len(found.text)).count("{{host}}") >= sum(mark.raw == "{{host}}" for mark in found.marks)


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), max_size=30))
def test_text_without_markup_is_kept(raw: str) -> None:
    if not set(raw) & set("*_`[]<&\\{!~"):
        assert read(raw) == Text(raw.replace("\u00a0", " "))

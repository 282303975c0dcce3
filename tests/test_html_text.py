"""The words of a cell, heading or paragraph of HTML, and what may hide or change them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esspec.reading.html_text import plain_html
from esspec.reading.html_tokens import tokens
from esspec.reading.inline import InlineReader, Mark, Text

VALUES = {"host": "on the master host", "bold": "**Kafka** pods"}


def read(raw: str) -> Text:
    """Return the text of a piece of HTML with VALUES."""
    return InlineReader(VALUES).read_html(raw)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        pytest.param("Kafka pods", "Kafka pods", id="plain"),
        pytest.param("", "", id="empty"),
        pytest.param(
            "<strong>UI</strong> <em>pods</em> <i>and</i> <b>UI</b> <u>x</u>", "UI pods and UI x", id="styles"
        ),
        pytest.param('<a href="../x#y" target="_blank" title="a &gt; b">Kafka</a> pods', "Kafka pods", id="link"),
        pytest.param("<span class=\"x\" id='y'><code>8080</code> <kbd>a</kbd></span>", "8080 a", id="span-and-code"),
        pytest.param("UI<b>pods</b>", "UIpods", id="tags-within-a-word-are-no-blank"),
        pytest.param("a<br>b<br/>c<BR />d", "a\nb\nc\nd", id="br"),
        pytest.param("<br>a<br> <br>b<br>", "a\nb", id="br-beside-nothing"),
        pytest.param("<ul>\n<li>a</li>\n<li>b </li><li></li></ul>", "a\nb", id="list"),
        pytest.param("From:<ol><li>a<li>b</ol>", "From:\na\nb", id="list-behind-words"),
        pytest.param("<p>a</p>\n<p>b</p>", "a\nb", id="paragraphs"),
        pytest.param("<div>a</div>b", "a\nb", id="div"),
        pytest.param("<dl><dt>a</dt><dd>b</dd></dl>", "a\nb", id="definitions"),
        pytest.param("a \n\t\f b  <b> c</b>", "a b c", id="white-space-is-one-blank"),
        pytest.param(
            "R&amp;D &lt;x&gt; &#65;&#x42; &copy &nope; &amp;lt;", "R&D <x> AB \u00a9 &nope; &lt;", id="entities"
        ),
        pytest.param("a&nbsp;b\u00a0c", "a b c", id="no-break-spaces"),
        pytest.param("a < b && c > d <3", "a < b && c > d <3", id="signs-that-are-no-html"),
        pytest.param("**a** `b` [c](d) ~~e~~ \\|", "**a** `b` [c](d) ~~e~~ \\|", id="no-markdown"),
        pytest.param("a<!-- --><!---->b", "ab", id="empty-comments"),
        pytest.param("app=&lt;INSTANCE_NAME&gt;", "app=<INSTANCE_NAME>", id="placeholder"),
    ],
)
def test_tags_are_removed_and_words_are_kept(raw: str, text: str) -> None:
    assert read(raw) == Text(text)


HIDES = "'{0}' may hide words"


@pytest.mark.parametrize(
    ("raw", "needle", "message"),
    [
        pytest.param("<del>a</del>", "<del>", "struck text may or may not be meant", id="del"),
        pytest.param("a <s>b</s>", "<s>", "struck text may or may not be meant", id="s"),
        pytest.param("<strike>b</strike>", "<strike>", "struck text may or may not be meant", id="strike"),
        pytest.param('<img src="a.png" alt="UI">', '<img src="a.png" alt="UI">', "an image says nothing", id="image"),
        pytest.param("8<sup>1</sup>", "<sup>", HIDES.format("<sup>"), id="sup-would-be-a-digit"),
        pytest.param("a<script>b</script>", "<script>", HIDES.format("<script>"), id="script"),
        pytest.param("<INSTANCE_NAME>", "<INSTANCE_NAME>", HIDES.format("<INSTANCE_NAME>"), id="unknown-element"),
        pytest.param("<h4>a</h4>", "<h4>", HIDES.format("<h4>"), id="heading"),
        pytest.param("a<wbr>b", "<wbr>", HIDES.format("<wbr>"), id="wbr"),
        pytest.param("a</br>b", "</br>", HIDES.format("</br>"), id="end-of-what-has-none"),
        pytest.param("<p hidden>a</p>", "<p hidden>", "'hidden' in <p> may hide or change", id="hidden"),
        pytest.param(
            "<b onclick=x>a</b>", "<b onclick=x>", "'onclick' in <b> may hide or change", id="unknown-attribute"
        ),
        pytest.param(
            "<span style='display:none'>a</span>",
            "<span style='display:none'>",
            "the style of <span> may hide what stands there",
            id="style",
        ),
        pytest.param(
            "<b style='width:\\31'>", "<b style='width:\\31'>", "the style of <b> may hide", id="style-escaped"
        ),
        pytest.param("<b/>a", "<b/>", "<b/> closes nothing: it is read as <b>", id="slash"),
        pytest.param(
            "a<!-- not b -->", "<!-- not b -->", "'<!-- not b -->' is a comment, which may hide", id="comment"
        ),
        pytest.param("a<!-- b", "<!-- b", "this comment is never closed", id="open-comment"),
        pytest.param("a<!-->b", "", "", id="a-comment-that-ends-at-once"),
        pytest.param("<b", "<b", "this is no well-formed tag", id="open-tag"),
        pytest.param("<b <i>x</i>", "<b ", "this is no well-formed tag", id="tag-in-a-tag"),
        pytest.param("<a title='<!--'>a</a>", "<a title='", "this is no well-formed tag", id="comment-in-a-tag"),
        pytest.param("a<!x>b", "<!x>", "this is no well-formed tag", id="declaration"),
        pytest.param("a</ b>c", "</ b>", "this is no well-formed tag", id="blank-in-an-end-tag"),
        pytest.param("a&#10;b", "&#10;", "'&#10;' is no character that can be seen", id="line-end-as-entity"),
        pytest.param("a&#xFFFFFFFFF;b", "&#xFFFFFFFFF;", "'&#xFFFFFFFFF;' is no character", id="beyond-unicode"),
        pytest.param("a&#1;b", "&#1;", "'&#1;' is no character", id="control-character"),
        pytest.param("a&#983040;{{host}}", "&#983040;", "'&#983040;' is no character", id="inside-mark"),
        pytest.param("&#" + "9" * 5000, "&#" + "9" * 5000, "'&#999", id="many-digits"),
    ],
)
def test_what_may_hide_words_is_a_fault(raw: str, needle: str, message: str) -> None:
    found = read(raw).faults
    assert [fault.code for fault in found[:1]] == ["inline-html"] * bool(needle)
    assert [fault.needle for fault in found[:1]] == [needle] * bool(needle)
    assert all(fault.message.startswith(message) for fault in found[:1])


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param("a\u200bb", id="zero-width"),
        pytest.param("a&#x202e;b", id="bidirectional-as-entity"),
        pytest.param("<b>a&Tab;b</b>", id="tab-as-entity"),
        pytest.param("a\x0bb", id="vertical-tab"),
    ],
)
def test_a_character_that_cannot_be_seen_is_a_fault(raw: str) -> None:
    assert [fault.code for fault in read(raw).faults] == ["hidden-character"]


def test_variables_are_filled_in_html() -> None:
    assert read("Port 80 <b>{{host}}</b>") == Text("Port 80 on the master host", (Mark(8, 26, "{{host}}"),))
    assert read("<a href='{{nope}}'>{{ bold }}</a>").text == "Kafka pods"
    assert [fault.code for fault in read("{% if x %}<b>a</b>").faults] == ["liquid"]


def test_values_with_quotes_and_brackets_are_one_tag() -> None:
    text = "<a title=\"a > b\" href='c>d'>e</a>"
    assert [(token.kind, token.name) for token in tokens(text)] == [("open", "a"), ("text", ""), ("close", "a")]


MARKS = ["<", ">", "</", "/>", "<!--", "-->", "'", '"', "=", "&", "&#", ";", " ", "\n", "a", "b", "p", "br", "li", "td"]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(MARKS), max_size=30).map("".join))
def test_no_piece_is_lost(text: str) -> None:
    """The pieces follow each other without a gap, and words outside of them are shown or faulted."""
    found = list(tokens(text))
    assert "".join(text[token.start : token.end] for token in found) == text
    _, wrong = plain_html(text)
    assert bool(wrong) >= any(token.kind == "broken" for token in found)

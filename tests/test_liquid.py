"""Liquid tags and kramdown extensions: an error where they touch what is read, silent where they touch nothing."""

import pytest

from pages import INGRESS, KAFKA, findings

TABLE = INGRESS.splitlines()
START = f"{KAFKA}{INGRESS}"
HIDES = "begins a tag, which may hide what is read here or add to it — render the page first, or delete the tag"


def around(first: str, last: str) -> str:
    """Return a page whose one row stands between two lines."""
    return "\n".join([KAFKA.rstrip(), "", *TABLE[:2], first, TABLE[2], last, ""])


@pytest.mark.parametrize(
    ("text", "place"),
    [
        pytest.param(f"{{% if x %}}\n\n{START}\n{{% endif %}}\n", "1:1", id="around-a-section"),
        pytest.param(f"{KAFKA}{{%- if x -%}}\n\n{INGRESS}\n{{% endif %}}\n", "3:1", id="around-a-table"),
        pytest.param(f"{KAFKA}{{% comment %}}\n\n{INGRESS}", "3:1", id="never-closed"),
        pytest.param(f"{KAFKA}{INGRESS}{{% include more.md %}}\n", "6:1", id="right-below"),
        pytest.param(f"{{% include more.md %}}\n{START}", "1:1", id="right-above-a-heading"),
        pytest.param(f"{KAFKA}text {{% if x %}}\n\n{INGRESS}\n{{% endif %}}", "3:6", id="behind-words"),
    ],
)
def test_tags_may_hide_what_is_read(text: str, place: str) -> None:
    """A table between `{% comment %}` and its end is on no page, and would be in every policy."""
    assert f"p.md:{place}: error: '{{%' {HIDES} [liquid]" in findings(text)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        pytest.param("{% if x %}", "{% endif %}", id="if"),
        pytest.param("| {% if x %} | | |", "| {% endif %} | | |", id="in-rows-of-their-own"),
        pytest.param("{% comment %}", "{% endcomment %}", id="comment"),
        pytest.param("{% for a in b %}", "{% endfor %}", id="for"),
    ],
)
def test_rows_between_tags_are_not_unconditional(first: str, last: str) -> None:
    assert any(found.endswith("[liquid]") for found in findings(around(first, last)))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"{{::comment}}\n\n{START}\n{{:/comment}}\n", id="around"),
        pytest.param(f"{KAFKA}{{::comment}}\n\n{INGRESS}", id="never-closed"),
        pytest.param(f"{KAFKA}{INGRESS}{{:/}}\n", id="its-end-right-below"),
    ],
)
def test_kramdown_extensions_may_hide_what_is_read(text: str) -> None:
    assert any(found.endswith("[kramdown-extension]") for found in findings(text))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("{% comment %}", id="tag"),
        pytest.param("text {%- if x -%} text {% endif %}", id="tag-in-prose"),
        pytest.param("```\n{% raw %}\n```", id="tag-in-a-fence"),
        pytest.param("    {% endif %}", id="tag-in-code"),
        pytest.param("| Name | Use |\n|---|---|\n| a | {% assign x = 1 %} |", id="tag-in-another-table"),
        pytest.param("{::comment}", id="extension"),
        pytest.param("{:/}", id="end-of-an-extension"),
        pytest.param("{% highlight yaml %}\n\na: b\n\n{% endhighlight %}", id="highlight"),
    ],
)
def test_tags_that_touch_nothing_are_left_alone(text: str) -> None:
    assert findings(f"{START}\n{text}\n") == []


@pytest.mark.parametrize("tag", ["{% include more.md %}", "{% include_relative a.md %}", "{% render 'a' %}"])
def test_a_tag_that_may_add_to_the_page_is_a_warning(tag: str) -> None:
    """What Jekyll puts there is not read, and may hold connections."""
    told = "'{%' begins a tag that may add to the page, and nothing of that is read"
    remedy = "render the page first if it adds connections"
    assert findings(f"{START}\n{tag}\n") == [f"p.md:7:1: warning: {told} — {remedy} [liquid]"]


def test_tags_cost_no_more_than_their_length() -> None:
    """Tags that open and never close do not make every later line touch every earlier tag again."""
    found = findings("{% if x %}\n" * 20_000 + START)
    assert sum("[liquid]" in line for line in found) == 20_000


@pytest.mark.parametrize("attributes", ['{: style="display:none"}', "{: .hide}", "{:hidden}", '{: class="hidden"}'])
def test_attributes_that_hide_are_an_error(attributes: str) -> None:
    told = "error: these attributes may hide what stands beside them — delete them, or what they hide"
    assert findings(f"{KAFKA}{attributes}\n\n{INGRESS}") == [f"p.md:3:1: {told} [kramdown-extension]"]
    assert findings(f"{KAFKA}{{: .wide}}\n\n{INGRESS}") == []

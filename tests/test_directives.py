"""Directives of other site generators: an error where they touch what is read, silent where they touch nothing."""

import pytest

from pages import INGRESS, KAFKA, findings

HIDES = "begins a tag, which may hide what is read here or add to it — render the page first, or delete the tag"
ADDS = (
    "begins a tag that may add to the page, and nothing of that is read — render the page first if it adds connections"
)
PAIRS = [
    pytest.param("{{#if ibm}}", "{{/if}}", "{{#i", id="handlebars"),
    pytest.param("{{^ibm}}", "{{/ibm}}", "{{^i", id="mustache"),
    pytest.param("{{ if ibm }}", "{{ end }}", "{{ if", id="go"),
    pytest.param("{{- with .Site -}}", "{{- end }}", "{{- with", id="go-trimmed"),
    pytest.param("{{< if ibm >}}", "{{< /if >}}", "{{< i", id="hugo"),
    pytest.param("<% if ibm %>", "<% end %>", "<% if", id="erb"),
    pytest.param("<% if (ibm) { %>", "<% } %>", "<% if", id="ejs"),
    pytest.param("<#if ibm>", "</#if>", "<#if", id="freemarker"),
    pytest.param("#ifdef IBM", "#endif", "#ifdef", id="c"),
    pytest.param("ifdef::ibm[]", "endif::[]", "ifdef::", id="asciidoc"),
    pytest.param("@if (ibm)", "@endif", "@if (", id="blade"),
    pytest.param("::: {.content-hidden when-format=html}", ":::", "::: {", id="quarto"),
    pytest.param(":::if ibm", ":::", ":::i", id="division"),
    pytest.param("<!-- if ibm -->", "<!-- endif -->", "<!-- if ibm -->", id="comment"),
    pytest.param("[% IF ibm %]", "[% END %]", "[% IF", id="template-toolkit"),
    pytest.param("$if(ibm)$", "$endif$", "$if(", id="pandoc"),
    pytest.param("<?php if (0): ?>", "<?php endif; ?>", "<?php if", id="php"),
    pytest.param("<!-- #ifdef IBM -->", "<!-- #endif -->", "<!-- #ifdef", id="comment-of-c"),
]


@pytest.mark.parametrize(("first", "last", "begins"), PAIRS)
def test_what_a_directive_encloses_may_be_hidden(first: str, last: str, begins: str) -> None:
    """Only the generator knows what holds, and the rows between would be in every policy."""
    told = f"p.md:3:1: error: '{begins}' {HIDES} [directive]"
    assert [found for found in findings(f"{KAFKA}{first}\n\n{INGRESS}\n{last}\n") if "[directive]" in found] == [told]


@pytest.mark.parametrize(("first", "last", "begins"), PAIRS)
def test_a_directive_may_enclose_sections(first: str, last: str, begins: str) -> None:
    told = f"p.md:1:1: error: '{begins}' {HIDES} [directive]"
    assert told in findings(f"{first}\n\n{KAFKA}{INGRESS}\n{last}\n")


@pytest.mark.parametrize(("first", "last", "begins"), PAIRS)
def test_a_directive_that_encloses_words_alone_is_silent(first: str, last: str, begins: str) -> None:
    found = findings(f"{KAFKA}{INGRESS}\n\n# More\n\n{first}\n\nwords\n\n{last}\n\nwords\n")
    assert not any("directive" in each and begins in each for each in found)


@pytest.mark.parametrize(("first", "last", "begins"), PAIRS)
def test_a_directive_in_code_is_code(first: str, last: str, begins: str) -> None:
    found = findings(f"{KAFKA}```sh\n{first}\n```\n\n{INGRESS}\n\n```\n{last}\n```\n")
    assert not any("directive" in each and begins in each for each in found)


@pytest.mark.parametrize(
    "first",
    [
        pytest.param("{{#if ibm}}", id="handlebars"),
        pytest.param("<!-- if ibm -->", id="comment"),
        pytest.param("#ifdef IBM", id="c"),
    ],
)
def test_one_that_is_never_closed_reaches_to_the_end(first: str) -> None:
    assert any(found.endswith("[directive]") for found in findings(f"{first}\n\nwords\n\n{KAFKA}{INGRESS}"))


@pytest.mark.parametrize(
    ("line", "begins"),
    [
        pytest.param("{{> connections}}", "{{>", id="handlebars"),
        pytest.param('{{ template "connections" }}', "{{ template", id="go"),
        pytest.param("{{< include more.md >}}", "{{< i", id="hugo"),
        pytest.param('<%= render "more" %>', "<%", id="erb"),
        pytest.param("include::more.md[]", "include::", id="asciidoc"),
        pytest.param("[!INCLUDE [more](more.md)]", "[!INCLUDE", id="docfx"),
        pytest.param('--8<-- "more.md"', "--8<--", id="mkdocs"),
        pytest.param("{{more.md}}", "{{more.md}}", id="multimarkdown"),
        pytest.param('{{ include "more" . }}', "{{ include", id="helm"),
        pytest.param("{{ #include more.md }}", "{{ #include", id="mdbook"),
        pytest.param("{!more.md!}", "{!", id="markdown-include"),
        pytest.param('<!--#include file="more.md" -->', "<!--#include", id="server-side"),
        pytest.param("@@include(more.md)", "@@include(", id="file-include"),
        pytest.param("[[include more]]", "[[include", id="wiki"),
    ],
)
def test_a_directive_that_puts_something_in(line: str, begins: str) -> None:
    """It may add rows: right at a table that is an error, elsewhere a warning."""
    assert f"p.md:3:1: error: '{begins}' {HIDES} [directive]" in findings(f"{KAFKA}{line}\n{INGRESS}")
    assert f"p.md:8:1: warning: '{begins}' {ADDS} [directive]" in findings(f"{KAFKA}{INGRESS}\n\n{line}\n")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f":::note\n\n{KAFKA}{INGRESS}\n\n:::\n", id="a-box"),
        pytest.param(f"::: {{.callout-note}}\n\nwords\n\n:::\n\n# More\n\n{KAFKA}{INGRESS}\n", id="a-box-before"),
        pytest.param(f"<!-- if you change this table, tell security -->\n\n{KAFKA}{INGRESS}", id="a-remark"),
        pytest.param(f"{KAFKA}{INGRESS}\n\n#hashtag and if so\n", id="a-hashtag"),
        pytest.param(f"{KAFKA}{INGRESS}\n\nIf `a < b` or `<#>`, see include paths.\n", id="words"),
    ],
)
def test_what_is_no_directive(text: str) -> None:
    assert not any("[directive]" in found for found in findings(text))

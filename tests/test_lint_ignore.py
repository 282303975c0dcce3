"""What lint passes over: entries of the binding, and comments on the page; each names its code, and has its use."""

import pytest

from esspec.linting.lint import lint
from esspec.text.source import read_source
from linting import BINDING, KAFKA, UI, codes, reading, section, told

ROW = "TCP | Kafka pods on port 80 | why"
TEXT = section(KAFKA, ["TCP | UI pods to port 81 | a"], "Any") + section(
    UI, "Any", [ROW, "TCP | Kafka pods on port 81 | b"]
)
"""A page with one finding: its line 19 is one-sided."""

PAIR = TEXT.replace("port 81 | b", "port 82 | b").replace("to port 81", "to port 83")
"""A page with three: its lines 7, 19 and 20 are one-sided."""


def ignoring(*entries: str) -> str:
    """Return the binding with these tables below `[[lint.ignore]]`, the first on its line 9."""
    return BINDING + "".join(f"[[lint.ignore]]\n{entry}\nreason = 'so'\n" for entry in entries)


def test_what_is_ignored_here() -> None:
    assert codes(TEXT) == ["19 one-sided"]
    assert codes(PAIR) == ["7 one-sided", "19 one-sided", "20 one-sided"]


# Entries of the binding


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param("", id="all"),
        pytest.param("workload = 'UI pod'", id="workload"),
        pytest.param("workload = 'ui'", id="workload folded"),
        pytest.param(f"row = '{ROW}'", id="row"),
        pytest.param(f"workload = 'UI pod'\nrow = '{ROW}'", id="both"),
        pytest.param(f"row = '{ROW.replace(' | ', '|')}'", id="row without blanks"),
    ],
)
def test_entry(entry: str) -> None:
    assert codes(TEXT, ignoring(f"code = 'one-sided'\n{entry}")) == []


def test_code_alone() -> None:
    assert codes(TEXT, BINDING + "[lint]\nignore = ['one-sided']\n") == []
    text = section(KAFKA, ["TCP | ui pods to port 80 | a"]) + section(UI)
    assert codes(text, BINDING + "[lint]\nignore = ['name-spelling']\n") == []


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param("code = 'blanket-held'", id="code"),
        pytest.param("code = 'one-sided'\nworkload = 'Kafka pod'", id="workload"),
        pytest.param("code = 'one-sided'\nrow = 'TCP | Kafka pods on port 81 | b'", id="row"),
        pytest.param(f"code = 'one-sided'\nworkload = 'Kafka pod'\nrow = '{ROW}'", id="row of another"),
    ],
)
def test_entry_without_use(entry: str) -> None:
    code = entry.partition("'")[2].partition("'")[0]
    assert [one for one in told(TEXT, ignoring(entry)) if "[one-sided]" not in one] == [
        (
            f"esspec.toml:9:1: warning: this ignores no finding of {code}"
            " — delete it, or correct what it names [unused-ignore]"
        )
    ]


def test_entry_ignores_some() -> None:
    assert codes(PAIR, ignoring(f"code = 'one-sided'\nrow = '{ROW}'")) == ["7 one-sided", "20 one-sided"]
    assert codes(PAIR, ignoring("code = 'one-sided'\nworkload = 'UI pod'")) == ["7 one-sided"]


def test_each_entry_that_meets_a_finding_has_its_use() -> None:
    assert codes(TEXT, ignoring("code = 'one-sided'", f"code = 'one-sided'\nrow = '{ROW}'")) == []


def test_entries_about_headings_and_the_binding() -> None:
    """A finding stands where its workload's heading, or its entry in the binding, does."""
    text = section(KAFKA, ["UDP | Anywhere | a"]) + section(UI, outgoing="") + "## Ui pods\n\nWords.\n"
    text += "\n- Outgoing connections permitted: Any\n"
    assert codes(text) == ["15 name-spelling"]
    assert codes(text) == ["13 name-spelling"] or codes(text)
    assert "unused-entry" not in "".join(
        codes(section(KAFKA, ["UDP | Anywhere | a"]), BINDING + "[lint]\nignore = ['unused-entry']\n")
    )


def test_entries_of_a_binding_for_several_pages() -> None:
    """One page that needs an entry is enough."""
    toml = ignoring(f"code = 'one-sided'\nrow = '{ROW}'")
    other = section(KAFKA, ["TCP | UI pods | a"]) + section(UI)
    pages = [reading(TEXT, toml), reading(other, toml, path="q.md")]
    assert lint(pages) == ()
    assert [problem.code for problem in lint(pages[1:])] == ["unused-ignore"]
    assert lint([]) == ()


# Comments on the page

COMMENT = "<!-- esspec: ignore one-sided -->"


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(f"| {ROW} | {COMMENT}", id="behind the row"),
        pytest.param(f"| {ROW} {COMMENT} |", id="in the last cell"),
        pytest.param(f"| {COMMENT} {ROW} |", id="in the first cell"),
        pytest.param(f"| {ROW} | <!--esspec: ignore one-sided-->", id="without blanks"),
        pytest.param(f"| {ROW} | <!-- esspec: ignore blanket-held, one-sided dead-row -->", id="several codes"),
    ],
)
def test_comment_in_the_line(row: str) -> None:
    """The line is read as if the comment were not there."""
    text = PAIR.replace(f"| {ROW} |", row)
    found = [code for code in codes(text) if not code.endswith("unused-ignore")]
    assert found == ["7 one-sided", "20 one-sided"]
    assert [rule.written.cells for rule in reading(text).resolution.rules][1] == ROW


@pytest.mark.parametrize(
    "gap",
    [pytest.param("", id="right above"), pytest.param("\n", id="a blank line"), pytest.param("\n\n \n", id="several")],
)
def test_comment_in_a_line_of_its_own(gap: str) -> None:
    """It speaks of the lines behind it, up to the next blank one; blank lines right behind it do not count."""
    before, table, after = PAIR.partition("| Type | Destination")
    text = f"{before}{COMMENT}\n{gap}{table}{after}"
    assert codes(text) == ["7 one-sided"]
    assert codes(text.replace("| Type | Destination", f"{COMMENT}\n\nWords.\n\n| Type | Destination")) != [
        "7 one-sided"
    ]


def test_comments_above_each_other() -> None:
    other = "<!-- esspec: ignore blanket-held -->"
    assert codes(PAIR.replace("| Type | Destination", f"{other}\n{COMMENT}\n| Type | Destination")) == [
        "7 one-sided",
        "17 unused-ignore",
    ]


def test_comment_in_front_of_words_hides_them_from_markdown() -> None:
    """So it does on the rendered page, where such a line is HTML; nothing is passed over."""
    assert "9 hidden-statement" in codes(TEXT.replace("- Outgoing", f"- {COMMENT} Outgoing", 1))
    assert "19 hidden-table" in codes(TEXT.replace(f"| {ROW}", f"{COMMENT} | {ROW}"))


def test_comment_at_the_end_of_the_page() -> None:
    assert codes(f"{TEXT}{COMMENT}") == ["19 one-sided", "22 unused-ignore"]


def test_comment_on_a_heading_and_a_label() -> None:
    text = TEXT.replace("## UI pod", f"## UI pod {COMMENT}").replace("permitted: Any", f"permitted: Any {COMMENT}", 1)
    assert reading(text).resolution.names.workloads.keys() == reading(TEXT).resolution.names.workloads.keys()
    assert codes(text) == ["9 unused-ignore", "11 unused-ignore", "19 one-sided"]


@pytest.mark.parametrize(
    ("comment", "what"),
    [
        pytest.param("<!-- esspec: ignore -->", "it names no code", id="no code"),
        pytest.param("<!-- esspec: -->", "esspec knows no '', only ignore", id="nothing"),
        pytest.param("<!-- esspec: skip one-sided -->", "esspec knows no 'skip', only ignore", id="another word"),
        pytest.param("<!-- esspec: ignore one-sided", "it does not end on its line", id="open"),
    ],
)
def test_comment_that_says_nothing(comment: str, what: str) -> None:
    end = "" if comment.endswith("-->") else "-->\n"
    found = told(f"{TEXT}{comment}\n{end}")
    assert [one for one in found if "bad-ignore" in one] == [
        (
            f"p.md:22:1: error: this comment says nothing: {what}"
            " — write <!-- esspec: ignore one-sided --> on one line, with the codes that are meant [bad-ignore]"
        )
    ]


@pytest.mark.parametrize(
    ("code", "told_here"),
    [
        pytest.param("onesided", "esspec has no code 'onesided' — `esspec rules` lists all", id="unknown"),
        pytest.param(
            "unknown-peer",
            "findings of unknown-peer cannot be ignored — mend what they say; what stops no export can be ignored",
            id="stops an export",
        ),
        pytest.param(
            "unused-ignore",
            "findings of unused-ignore cannot be ignored — mend what they say; what stops no export can be ignored",
            id="unused-ignore",
        ),
    ],
)
def test_code_that_cannot_be_ignored(code: str, told_here: str) -> None:
    """Neither on the page nor in the binding."""
    assert told(f"{TEXT}<!-- esspec: ignore {code} -->\n")[-1] == f"p.md:22:1: error: {told_here} [bad-ignore]"
    assert told(TEXT, ignoring(f"code = '{code}'"))[0] == f"esspec.toml:9:1: error: {told_here} [bad-ignore]"


def test_finding_about_no_line_cannot_be_ignored_by_a_comment() -> None:
    assert told(f"{TEXT}<!-- esspec: ignore no-dns -->\n")[-1] == (
        "p.md:22:1: error: findings of no-dns are about no line of the page"
        " — write it below [lint] in the binding [bad-ignore]"
    )


def test_errors_stay_where_a_code_has_other_levels_too() -> None:
    """A table in a comment is a warning, and one in a fence of code an error; only the former can be ignored."""
    table = "| Type | Origin |\n|---|---|\n| TCP | UI pods |\n"
    binding = BINDING + "[lint]\nignore = ['hidden-table']\n"
    assert codes(f"{TEXT}<!--\n{table}-->\n", binding) == ["19 one-sided"]
    assert codes(f"{TEXT}```\n{table}```\n", binding) == ["10 unused-ignore", "19 one-sided", "23 hidden-table"]


def test_entry_and_comment_for_one_finding_both_have_their_use() -> None:
    text = TEXT.replace(f"| {ROW} |", f"| {ROW} | {COMMENT}")
    assert codes(text, ignoring(f"code = 'one-sided'\nrow = '{ROW}'")) == []


@pytest.mark.parametrize("inner", ["~~~", "```", "```` x"])
def test_fence_ends_with_its_own_marks(inner: str) -> None:
    text = f"{TEXT}````\n{inner}\n{COMMENT}\n````\n"
    assert codes(text) == ["19 one-sided"]


def test_comment_in_a_code_fence_is_an_example() -> None:
    for fence in ("```", "~~~~", "> ```", "- ```"):
        marks = fence.strip("> -")
        text = f"{TEXT}{fence}\n{COMMENT}\n<!-- esspec: ignore -->\n{marks}\n\nWords.\n"
        assert not [code for code in codes(text) if "ignore" in code], fence
        assert [code for code in codes(f"{text}\n{COMMENT}\n") if "unused-ignore" in code], fence


def test_nothing_is_ignored_on_request() -> None:
    text = PAIR.replace(f"| {ROW} |", f"| {ROW} | {COMMENT}") + "<!-- esspec: ignore -->\n"
    toml = ignoring("code = 'one-sided'\nworkload = 'Kafka pod'", "code = 'onesided'", "code = 'blanket-held'")
    found = lint([reading(text, toml)], with_ignores=False)
    assert [f"{problem.line} {problem.code}" for problem in found] == ["7 one-sided", "19 one-sided", "20 one-sided"]


def test_every_other_character_stays_in_its_place() -> None:
    """So that lines and columns are those of the file, front matter included."""
    text = f"---\ntitle: x\n---\na {COMMENT} b\n{COMMENT}\n| c |{COMMENT}| d |\n"
    source = read_source(text.encode(), "p.md")
    blank = " " * len(COMMENT)
    assert source.text == f"\n\n\na {blank} b\n{blank}\n| c |{blank}| d |\n"
    assert [(found.line, found.column, found.first, found.last) for found in source.ignores] == [
        (4, 3, 4, 4),
        (5, 1, 6, 6),
        (6, 6, 6, 6),
    ]


@pytest.mark.parametrize("text", ["esspec: ignore one-sided", "<!-- ignore one-sided -->", "<!-- esspec is fine -->"])
def test_other_text_is_left_alone(text: str) -> None:
    source = read_source(text.encode(), "p.md")
    assert (source.text, source.ignores) == (text, ())


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("<!-- esspec:" * 100_000, id="never closed"),
        pytest.param(f"{COMMENT}\n" * 30_000, id="lines of comments"),
        pytest.param(COMMENT * 30_000, id="one line of comments"),
        pytest.param(f"{COMMENT}\n" * 10_000 + "words\n" * 10_000, id="many comments on many lines"),
        pytest.param("<!-- esspec: ignore " + "one-sided " * 100_000 + "-->", id="many codes"),
        pytest.param("<!--" + " " * 1_000_000 + "esspec:", id="blanks"),
        pytest.param("```" * 300_000 + "\n" + COMMENT, id="fences"),
    ],
)
def test_many_comments_take_linear_time(text: str) -> None:
    """A quadratic reader would take minutes here, and this test with it."""
    assert len(read_source(text.encode(), "p.md").text) == len(text)
    lint([reading(text)])

"""Calico's selector language, as the target calico reads it."""

import json

import pytest

from calico_texts import POD, document, policy, refusal
from esspec.semantics import lifted
from esspec.semantics.lifted import label


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a", "an operator is expected at 2"),
        ("a = 'b'", "an operator is expected at 3"),
        ("a == b", "a string in quotes is expected at 6"),
        ("a == 'b", "a string in quotes is expected at 6"),
        ("a == 'it''s'", "&&, || or the end is expected at 10"),
        ("a in 'b'", "{ is expected at 6"),
        ("a in {'b' 'c'}", "} is expected at 11"),
        ("a in {,}", "a string in quotes is expected at 7"),
        ("a == 'b' &&", "a label, has(), all(), ! or ( is expected at 12"),
        ("a == 'b' & c == 'd'", "&&, || or the end is expected at 10"),
        ("(a == 'b'", ") is expected at 10"),
        ("a == 'b')", "&&, || or the end is expected at 9"),
        ("has (a)", "an operator is expected at 5"),
        ("has()", "an operator is expected at 4"),
        ("all(a)", "an operator is expected at 4"),
        ("a == 'b'\u00a0", "&&, || or the end is expected at 9"),
    ],
)
def test_selectors_that_calico_cannot_read(text: str, message: str) -> None:
    """Each is an error in Calico's own parser too, and says where."""
    quoted = json.dumps(text, ensure_ascii=True)
    found = refusal(document("").replace(f"a == 'b' && {POD}", quoted[1:-1]))
    assert found == (5, f"Calico cannot read the selector {text!r}: {message}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a contains 'b'", "'contains' in a selector is not read here"),
        ("a starts  with 'b'", "'starts  with' in a selector is not read here"),
        ("a ends with 'b'", "'ends with' in a selector is not read here"),
        ("global()", "global() selects what is no pod, and is not read here"),
        ("!all()", "the opposite of all() is not read here"),
        ("!(a == 'b' || all( ))", "the opposite of all() is not read here"),
        ("a == 'b c'", "'b c' is no label value"),
        ("a/b/c == 'd'", "'a/b/c' is no label key"),
        ("a/b/c in {}", "'a/b/c' is no label key"),
        ("!" * 2000 + "has(a)", "the selector has 2006 characters, and Calico takes 1024"),
        ("(" * 40 + "has(a)" + ")" * 40, "a selector nested deeper than 32 is not read here"),
        (" || ".join(["has(a)"] * 65), "a selector of more than 64 alternatives is not read here"),
        (" && ".join(["(has(a)||has(b))"] * 40), "a selector of more than 64 alternatives is not read here"),
        (f"!({' && '.join(['has(a)'] * 65)})", "a selector of more than 64 alternatives is not read here"),
    ],
)
def test_selectors_that_are_not_read(text: str, message: str) -> None:
    """What is no set of label values, or unfolds into too much, is refused and never guessed."""
    assert refusal(document("").replace(f"a == 'b' && {POD}", text)) == (5, message)


@pytest.mark.parametrize(
    "text",
    [
        "a == 'b' && c in {'d', 'e'}",
        "\ta==\"b\"&&c in{'e','d',} ",
        "((a == 'b')) && !!(c in {\"d\", 'e'})",
        "!(a != 'b' || c notin {'d', 'e'})",
        "has(a) && a == 'b' && has( c ) && c not  in {'x'} && c in {'d', 'e', 'x'}",
        "all() && a == 'b' && c in {'d', 'e'}",
    ],
)
def test_one_meaning_in_many_words(text: str) -> None:
    """Blanks, quotes, brackets and negations are Calico's own."""
    found = policy(document("").replace("a == 'b'", json.dumps(text)[1:-1])).subject
    assert {key: normal(values, "bdex") for key, values in found.where} == {
        label("a"): {"b"},
        label("c"): {"d", "e"},
    }


def normal(values: lifted.Values, universe: str) -> set[str | None]:
    """Return the values of a small universe, and None for "no such label", that are in the set."""
    return {item for item in (*universe, None) if (item in values.items) is values.listed}

"""Every code that esspec can report is documented, and nothing else is; lint's own are documented in full."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from esspec.linting.rules_text import RuleText, rule_texts
from esspec.problem import Level

ROOT = Path(__file__).parent.parent
MODULES = sorted([*(ROOT / "src").rglob("*.py"), *(ROOT / "exporters").rglob("*.py")])
CODE = re.compile(r"[a-z]+(?:-[a-z0-9]+)*")

# What makes a finding, and has its code among its arguments, as the first of them or as a word with a hyphen.
REPORTERS = frozenset(
    {
        "Fault",
        "Inexpressible",
        "_problem",
        "_say",
        "_unresolved",
        "error",
        "note",
        "problem",
        "restated",
        "say",
        "warning",
    }
)
LINT = {"dns", "embedded", "ignoring", "notes", "odd_spellings", "reciprocity", "repetition", "unspecified"}
LINT |= {"lint_dns", "lint_isolation", "lint_selectors", "lint_swallowed"}
"""The modules of which `esspec lint` shows what others do not, or explains it."""
MANIFESTS = {"doubts", "lint_dns", "lint_isolation", "lint_selectors", "lint_swallowed", "population"}
"""The modules that find something in manifests, where there is no place to ignore it."""


def constants(node: ast.AST) -> Iterator[str]:
    """Yield the codes that an expression can be, and the beginning of one that is put together."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value.removesuffix("-")):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from constants(node.body)
        yield from constants(node.orelse)
    elif isinstance(node, ast.JoinedStr):
        yield from constants(node.values[0])


def defaults(node: ast.FunctionDef) -> Iterator[tuple[str, ast.expr]]:
    """Yield the parameters that have a default, and it."""
    for name, value in zip(reversed(node.args.args), reversed(node.args.defaults), strict=False):
        yield name.arg, value
    for name, given in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True):
        if given:
            yield name.arg, given


def codes_in(module: Path) -> Iterator[str]:
    """Yield the codes of the findings that a module makes."""
    for node in ast.walk(ast.parse(module.read_bytes())):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in REPORTERS:
                yield from constants(node.args[0]) if node.args else ()
                yield from (code for argument in node.args[1:] for code in constants(argument) if "-" in code)
            yield from (code for word in node.keywords if word.arg == "code" for code in constants(word.value))
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "code":
            yield from constants(node.value)
        elif isinstance(node, ast.FunctionDef):
            yield from (code for name, value in defaults(node) if name == "code" for code in constants(value))
        elif isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple) and len(node.value.elts) == 4:
            yield from (code for code in constants(node.value.elts[0]) if "-" in code)


@cache
def reported() -> dict[str, list[str]]:
    """Return the modules that report a code, by code."""
    found: dict[str, list[str]] = {}
    for module in MODULES:
        for code in codes_in(module):
            found.setdefault(code, []).append(module.stem)
    return found


def test_the_search_finds_codes() -> None:
    """In each of the ways in which findings are made."""
    ways = {"one-sided", "bad-port", "missing-cells", "extra-cells", "hidden-", "unresolved-peer", "ports-in-doubt"}
    ways |= {"unknown-peer", "unknown-key", "bad-value", "kramdown-extension", "inexpressible", "unreadable-output"}
    assert ways - reported().keys() == set()


def test_every_code_is_documented() -> None:
    known = rule_texts()
    missing = {code: modules for code, modules in reported().items() if code not in known and code[-1] != "-"}
    assert missing == {}


def test_every_documented_code_is_reported() -> None:
    beginnings = tuple(code for code in reported() if code.endswith("-"))
    assert [code for code in rule_texts() if code not in reported() and not code.startswith(beginnings)] == []


@pytest.mark.parametrize("text", rule_texts().values(), ids=lambda text: text.code)
def test_text(text: RuleText) -> None:
    """It is a few sentences; what lint finds, and whatever can be ignored, has all parts."""
    parts = (text.what, text.why, text.mend)
    is_full = text.can_be_ignored or not LINT.isdisjoint(reported().get(text.code, ()))
    assert [bool(part) for part in (*parts[1:], text.example)] == [is_full] * 3
    assert [
        part for part in parts if part and not (part[0].isupper() and part.endswith(".") and "\n" not in part)
    ] == []
    assert text.example == "" or (text.example == text.example.strip("\n") + "\n")
    assert text.by_comment or text.can_be_ignored


def test_what_stops_an_export_cannot_be_ignored() -> None:
    """One-sided rows are the only errors that stop nothing but lint, which has no manifests, reports or own ignores."""
    errors = {code for code, text in rule_texts().items() if text.levels == (Level.ERROR,)}
    ignored = {code for code, text in rule_texts().items() if text.can_be_ignored}
    of_manifests = {code for code, modules in reported().items() if MANIFESTS.issuperset(modules)}
    others = {
        "unused-ignore",
        "hidden-condition",
        "files-not-checked",
        "widened",
        "narrowed",
        "new-page",
        "not-on-page",
        "denied-elsewhere",
        "not-compared",
        "page-gone",
        "read-as-now",
        "no-former-data",
        "no-reasons",
        "nothing-listed",
        "nodes-left-out",
    }
    assert ignored == rule_texts().keys() - errors - of_manifests - others | {"one-sided"}

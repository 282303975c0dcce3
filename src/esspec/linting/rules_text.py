"""What each code of a finding means: the texts of `esspec rules`, as they stand in rules.toml."""

import textwrap
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from esspec.problem import InputProblems, Level, error

_WIDTH = 100
_INDENT = "  "


class RuleText(NamedTuple):
    """What a code means: all parts for those of `esspec lint`, for others a `what` that says how to mend it too.

    `can_be_ignored` is False where every finding of that code stops an export; `by_comment` where findings are about
    no line of a page, so that only the binding can ignore them.
    """

    code: str
    levels: tuple[Level, ...]
    what: str
    why: str
    example: str
    mend: str
    can_be_ignored: bool
    by_comment: bool


@cache
def rule_texts() -> Mapping[str, RuleText]:
    """Return the texts of all codes, by code, in alphabetical order."""
    data = tomllib.loads(files("esspec.linting").joinpath("rules.toml").read_text(encoding="utf-8"))
    return {code: _rule_text(code, data[code]) for code in sorted(data)}


def rule_text(code: str) -> str:
    """Return what a code means, for people. Raises InputProblems (exit 2) for a code that esspec does not have."""
    texts = rule_texts()
    if code not in texts:
        raise InputProblems([error("usage", code, (0, 0), f"esspec has no code '{code}'", _near(code, texts))])
    return "\n".join(_paragraphs(texts[code]))


def all_rule_texts() -> str:
    """Return what all codes mean, for people."""
    return "\n".join(map(rule_text, rule_texts()))


def _rule_text(code: str, data: dict[str, Any]) -> RuleText:
    levels = tuple(map(Level, data["levels"]))
    can_be_ignored = data.get("ignorable", any(level is not Level.ERROR for level in levels))
    why, example, mend = (data.get(part, "") for part in ("why", "example", "mend"))
    return RuleText(code, levels, data["what"], why, example, mend, can_be_ignored, data.get("comment", True))


def _paragraphs(text: RuleText) -> Iterator[str]:
    yield f"{text.code} ({' or '.join(text.levels)})"
    yield ""
    yield _filled(text.what)
    if text.why:
        yield _filled(f"Why it matters: {text.why}")
    if text.example:
        yield f"{_INDENT}Example:\n\n{textwrap.indent(text.example, _INDENT * 2)}"
    if text.mend:
        yield _filled(f"To mend it: {text.mend}")
    if text.why and text.can_be_ignored:
        yield from _ways_to_ignore(text)


def _ways_to_ignore(text: RuleText) -> Iterator[str]:
    if text.by_comment:
        yield _filled("To ignore it: on the page, at the end of a row or in a line of its own above the rows,")
        yield f"{_INDENT * 2}<!-- esspec: ignore {text.code} -->\n"
    yield f"{_INDENT}{'or' if text.by_comment else 'To ignore it:'} in esspec.toml\n"
    narrower = (
        ['workload = "Kafka pod"    # or leave it away', 'row = "…"    # its cells, as on the page']
        if text.by_comment
        else []
    )
    for line in ("[[lint.ignore]]", f'code = "{text.code}"', *narrower, 'reason = "why this is as it should be"'):
        yield f"{_INDENT * 2}{line}"
    yield ""


def _filled(text: str) -> str:
    return textwrap.fill(text, _WIDTH, initial_indent=_INDENT, subsequent_indent=_INDENT) + "\n"


def _near(code: str, known: Mapping[str, RuleText]) -> str:
    import difflib  # noqa: PLC0415 - only a misspelt code needs it

    near = difflib.get_close_matches(code, known, 1)
    return f"did you mean {near[0]}? `esspec rules` lists all" if near else "`esspec rules` lists all"

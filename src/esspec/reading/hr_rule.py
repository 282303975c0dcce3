"""The rule for thematic breaks (`---`) for markdown-it-py, in one step per line.

Its own rule walks a line character by character. A line of a hundred nested list items is asked a hundred times.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock

_MARKS = ("-", "*", "_")
_LEAST = 3


def hr_plugin(markdown: "MarkdownIt") -> None:
    """Replace markdown-it-py's rule for thematic breaks by this one."""
    markdown.block.ruler.at("hr", _hr, {"alt": ["paragraph", "reference", "blockquote", "list"]})


def _hr(state: "StateBlock", start: int, end: int, silent: bool) -> bool:  # noqa: ARG001, FBT001 - the interface
    line = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    mark = line[:1]
    if mark not in _MARKS or state.is_code_block(start) or line.strip(f"{mark} \t") or line.count(mark) < _LEAST:
        return False
    if not silent:
        state.line = start + 1
        token = state.push("hr", "hr", 0)
        token.map = [start, state.line]
        token.markup = mark * (line.count(mark) + 1)
    return True

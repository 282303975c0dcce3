"""Elements of HTML that may hide or strike out what stands between their tags, Markdown and its tables included."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from esspec.problem import Problem, error
from esspec.reading.faults import Fault
from esspec.reading.html_pieces import HtmlClose, HtmlOpen

# From within a paragraph, only these reach beyond its end; all others end with it, as do names in angle brackets.
_FAR = frozenset(
    {
        *("audio", "button", "canvas", "del", "dialog", "iframe", "ins", "math", "noembed", "noframes", "noscript"),
        *("object", "plaintext", "s", "script", "select", "strike", "style", "svg", "template", "textarea", "title"),
        *("video", "xmp"),
    }
)
_MAX_TOLD = 100


class Shrouds:
    """The elements of a page that may hide something, and the lines that they reach over."""

    def __init__(self) -> None:
        self._found: list[tuple[HtmlOpen, int]] = []
        self._open: dict[str, list[int]] = {}

    def take(self, piece: HtmlOpen | HtmlClose) -> None:
        """Take in a tag whose other half stands elsewhere."""
        waiting = self._open.setdefault(piece.name, [])
        if isinstance(piece, HtmlOpen):
            waiting.append(len(self._found))
            self._found.append((piece, 0))
        elif waiting:
            at = waiting.pop()
            self._found[at] = (self._found[at][0], piece.line)

    def take_faults(self, line: int, faults: Iterable[Fault]) -> None:
        """Take in the tags of a paragraph."""
        for fault in faults:
            name = fault.needle.strip("</>").partition(" ")[0].lower() if fault.code == "inline-html" else ""
            if name in _FAR:
                is_end = fault.needle.startswith("</")
                self.take(HtmlClose(line, name) if is_end else HtmlOpen(line, 1, name))

    def problems(self, path: str, spans: Sequence[tuple[int, int]]) -> Iterator[Problem]:
        """Yield an error per element around something that is read: `spans` are its first and last lines, in order."""
        for begin in islice(self._around(spans), _MAX_TOLD):
            message = f"<{begin.name}> stands around what is read here, and may hide it"
            remedy = "delete the element, its end tag too"
            yield error("unread-html", path, (begin.line, begin.column), message, remedy)

    def _around(self, spans: Sequence[tuple[int, int]]) -> Iterator[HtmlOpen]:
        lasts = [last for _, last in spans]
        for begin, last in self._found:
            at = bisect_left(lasts, begin.line)
            if at < len(spans) and (not last or spans[at][0] <= last):
                yield begin

"""HTML on a page: its tables, headings and running text in their order.

Markdown in HTML is text to a browser, and so it is here. What stands around tables is read as browsers read it: a
paragraph ends where the next block begins, and all that a list item holds is one text.
"""

from collections import Counter

from esspec.reading.html_pieces import HtmlClose, HtmlCode, HtmlFault, HtmlOpen, HtmlPiece, HtmlText, Places
from esspec.reading.html_table import CLOSE, MAY_STAY_OPEN, PARTS, TableReader, gives_way, hidden_rows
from esspec.reading.html_text import decoded, shown
from esspec.reading.html_tokens import BLANK, PLAIN, VOID, WRAPPERS, Token, tokens

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
MUST_END = HEADINGS | {"dd", "dl", "dt", "figcaption", "li", "ol", "pre", "summary", "table", "ul"}
"""Elements that are closed before the HTML ends."""

MAY_GO_ON = WRAPPERS | {"p"}
"""Elements that hide nothing if they stay open; behind a blank line, Markdown may go on in them."""

BLOCKS = MUST_END | MAY_GO_ON | {"hr"}
"""The elements that are read; those in a table are read by html_table, and those in a line by html_text."""

_TITLES = frozenset({"dt", "summary"})
_ITEMS = frozenset({"dd", "li"})
_PARENTS = {"li": frozenset({"ol", "ul"}), "dd": frozenset({"dl", "div"}), "dt": frozenset({"dl", "div"})}
_BOLD = frozenset({"b", "strong"})
_MAX_FAULTS = 20


def read_html(text: str, first_line: int) -> tuple[HtmlPiece, ...]:
    """Return what a stretch of HTML says; `first_line` is the line in the file on which it begins."""
    reader = _Blocks(text, first_line)
    reader.read()
    return tuple(reader.pieces)


class _Blocks:
    """Walks the tokens of a stretch once."""

    def __init__(self, text: str, first_line: int) -> None:
        self._text, self._places = text, Places(text, first_line)
        self._ahead = tokens(text)
        self._open: list[Token] = []
        self._count: Counter[str] = Counter()
        self._suspects: list[Token] = []
        self._at = self._bold = self._faults = 0
        self._has_words = self._has_light_words = self._has_stray = False
        self.pieces: list[HtmlPiece] = []

    def read(self) -> None:
        """Take in all; after so many faults the rest is left, as no page with one is read."""
        for token in self._ahead:
            if token.kind == "text":
                self._words(token)
            elif token.kind == "comment":
                self._comment(token)
            elif token.kind == "broken":
                self._fault(token, token.wrong, CLOSE)
            elif token.name in BLOCKS:
                self._block(token)
            elif token.name in PARTS:
                self._stray(token)
            else:
                self._inline(token)
            if self._faults >= _MAX_FAULTS:
                return
        self._flush(len(self._text))
        self._shroud()
        for token in [each for each in self._open if each.name not in MAY_GO_ON][:_MAX_FAULTS]:
            self._fault(token, f"<{token.name}> is never closed", CLOSE)

    def _fault(self, token: Token, message: str, remedy: str) -> None:
        self._faults += 1
        self.pieces.append(HtmlFault(*self._places.at(token.start), message, remedy))

    def _words(self, token: Token) -> None:
        words = shown(self._text[token.start : token.end])
        self._has_words = self._has_words or bool(words)
        self._has_light_words = self._has_light_words or bool(not self._bold and words.strip(":"))

    def _comment(self, token: Token) -> None:
        self.pieces += hidden_rows(self._text, self._places, token)
        if not self._has_words and not self._suspects:
            self._at = token.end  # before all words it cannot change them

    def _inline(self, token: Token) -> None:
        """Take in a tag within a line; one that may hide words must not reach beyond it."""
        if token.name == "br" and not token.wrong and not self._text[self._at : token.start].strip(BLANK):
            self._at = token.end  # words begin on the line on which they stand
        if token.name in _BOLD:
            self._bold = max(self._bold + (1 if token.kind == "open" else -1), 0)
        if token.kind == "close":
            if self._suspects and self._suspects[-1].name == token.name:
                self._suspects.pop()
            elif token.name not in PLAIN:
                self.pieces.append(HtmlClose(self._places.at(token.start)[0], token.name))
        elif token.name not in VOID and (token.wrong or token.name not in PLAIN):
            self._suspects.append(token)

    def _stray(self, token: Token) -> None:
        """Take in a part of a table that there is none of; the first says it for all, and for what they hold."""
        if not self._has_stray:
            self._fault(token, f"<{token.name}> stands outside of a table", "put it between <table> and </table>")
        self._at, self._has_words, self._has_stray = token.end, False, True

    def _block(self, token: Token) -> None:
        if token.wrong and token.name != "table":
            self._fault(token, token.wrong, "delete the attribute")
        self._shroud()
        if token.kind == "close":
            self._end(token)
        else:
            self._begin(token)

    def _shroud(self) -> None:
        self.pieces += [HtmlOpen(*self._places.at(token.start), token.name) for token in self._suspects]
        self._suspects = []

    def _begin(self, token: Token) -> None:
        name = token.name
        closed = ""
        while self._open and gives_way(self._open[-1].name, name):
            closed = self._pop()
        is_item = self._is_item()
        if not is_item:
            self._flush(token.start, closed)
            self._at = token.end
        parent = self._open[-1].name if self._open else ""
        if parent in HEADINGS or parent not in _PARENTS.get(name, (parent,)) or (is_item and name in HEADINGS):
            self._fault(token, f"<{name}> cannot stand in <{parent}>" if parent else f"<{name}> stands alone", CLOSE)
        if name == "table":
            self._table(token)
        elif name == "pre":
            self._code(token)
        elif name != "hr":
            self._open.append(token)
            self._count[name] += 1

    def _end(self, token: Token) -> None:
        name = token.name
        was_item = self._is_item()
        closed = ""
        if self._count[name]:
            while self._open[-1].name != name and self._open[-1].name in MAY_STAY_OPEN:
                self._pop()
            if self._open[-1].name != name:
                self._fault(self._open[-1], f"<{self._open[-1].name}> is never closed", CLOSE)
            while closed != name:
                closed = self._pop()
        elif name not in MAY_GO_ON or (self._open and self._open[-1].name in HEADINGS):
            self._fault(token, f"</{name}> closes nothing", CLOSE)
        elif name != "p":  # its beginning stands before some Markdown
            self._at = self._at if self._has_words else token.end
            return
        if not was_item or not self._is_item():
            self._flush(token.start, closed)
            self._at = token.end

    def _pop(self) -> str:
        name = self._open.pop().name
        self._count[name] -= 1
        return name

    def _is_item(self) -> bool:
        return any(self._count[name] for name in _ITEMS)

    def _flush(self, end: int, name: str = "") -> None:
        """Take in the running text up to `end`, which the end of an element `name` may have closed."""
        if self._has_words or name in HEADINGS:
            raw = self._text[self._at : end].lstrip(BLANK)
            line = self._places.at(end - len(raw))[0]
            depth = int(name[1]) if name in HEADINGS else 0
            is_title = name in _TITLES or not self._has_light_words
            self.pieces.append(HtmlText(line, raw.rstrip(BLANK), depth, is_title))
        self._has_words = self._has_light_words = False
        self._bold = 0

    def _table(self, token: Token) -> None:
        self._flush(token.start)
        is_nested = self._count["li"] + self._count["dd"] > 1
        table = TableReader(self._text, self._places, token, is_nested=is_nested)
        self.pieces += table.read(self._ahead)
        self._at = table.end

    def _code(self, token: Token) -> None:
        self._flush(token.start)
        parts: list[str] = []
        end = token
        for end in self._ahead:
            if end.name == "pre":
                break
            if end.name in BLOCKS or end.name in PARTS:
                self._fault(end, f"<{end.name}> cannot stand in <pre>", CLOSE)
                break
            parts.append(decoded(self._text[end.start : end.end], []) if end.kind == "text" else "")
        else:
            self._fault(token, "<pre> is never closed", CLOSE)
        self.pieces.append(HtmlCode(self._places.at(token.end)[0], "".join(parts)))
        self._at = end.end

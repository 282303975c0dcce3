"""Calico's selector language, read into alternatives of requirements on labels.

The grammar and its quirks are those of projectcalico/calico libcalico-go/lib/selector (tokenizer/tokenizer.go
and parser/parser.go): only space and tab are blanks, a string has no escapes, a word is an operator only behind
a label. What is legal there but no set of label values (`contains`, `starts with`, `ends with`, `global()`) is
refused, and so is what would unfold into too much.
"""

import re
from functools import lru_cache
from typing import NoReturn

from esspec.manifests.manifest import Refused, check_label, refuse
from esspec.semantics.lifted import Values, all_but, only

Requirement = tuple[str, Values]
Alternatives = tuple[tuple[Requirement, ...], ...]
"""Any of these; each is all of its (label key, values of it), and may name a key more than once."""

ALL = "all()"
"""The key of the requirement that `all()` is; no label has such a key."""

MAX_LENGTH = 1024  # what Calico's newest schema takes (api/pkg/apis/projectcalico/v3/policy_common.go)
MAX_DEPTH = 32
MAX_ALTERNATIVES = 64

_SIGN = re.compile(r"&&|\|\||[!(){},]")
_OPERATOR = re.compile(r"==|!=|not[ \t]*in|in|contains|starts[ \t]*with|ends[ \t]*with")
_HAS = re.compile(r"has\([ \t]*([A-Za-z0-9_./-]+)[ \t]*\)")
_CALL = re.compile(r"(all|global)\([ \t]*\)")
_LABEL = re.compile(r"[A-Za-z0-9_./-]+")
_STRING = re.compile(r"\"([^\"]*)\"|'([^']*)'")


def read_selector(text: str, line: int) -> Alternatives:
    """Return what `text` selects; a blank selector is `all()`.

    Raises Refused at `line` for what Calico cannot read and for what is not read here.
    """
    try:
        return _alternatives(text)
    except Refused as refused:
        refuse(line, refused.refusal.message)


@lru_cache(maxsize=1 << 14)
def _alternatives(text: str) -> Alternatives:
    if len(text) > MAX_LENGTH:
        refuse(0, f"the selector has {len(text)} characters, and Calico takes {MAX_LENGTH}")
    reader = _Reader(text)
    if reader.at_end():
        return (((ALL, all_but()),),)
    found = reader.any_of(0)
    return found if reader.at_end() else reader.expected("&&, || or the end")


class _Reader:
    """A selector and how far it is read, with one method per production of the grammar."""

    def __init__(self, text: str) -> None:
        self.text, self.place, self.last = text, 0, ""

    def any_of(self, depth: int) -> Alternatives:
        """Read any = all { "||" all }."""
        if depth > MAX_DEPTH:
            refuse(0, f"a selector nested deeper than {MAX_DEPTH} is not read here")
        found = self.all_of(depth)
        while self.takes(_SIGN, "||"):
            found = _limited(found + self.all_of(depth))
        return found

    def all_of(self, depth: int) -> Alternatives:
        """Read all = term { "&&" term }."""
        found = self.term(depth)
        while self.takes(_SIGN, "&&"):
            found = _both(found, self.term(depth))
        return found

    def term(self, depth: int) -> Alternatives:
        """Read term = { "!" } ( "(" any ")" | "all()" | "has(" label ")" | label comparison )."""
        negated = False
        while self.takes(_SIGN, "!"):
            negated = not negated
        if self.takes(_SIGN, "("):
            found = self.any_of(depth + 1)
            self.needs(_SIGN, ")")
        elif self.takes(_HAS):
            found = _one(self.last, all_but(None))
        elif self.takes(_CALL):
            if self.last == "global":
                refuse(0, "global() selects what is no pod, and is not read here")
            found = (((ALL, all_but()),),)
        elif self.takes(_LABEL):
            found = self.comparison(self.last)
        else:
            self.expected("a label, has(), all(), ! or (")
        return _opposite(found) if negated else found

    def comparison(self, key: str) -> Alternatives:
        """Read comparison = ( "==" | "!=" ) string | ( "in" | "not in" ) "{" strings "}"."""
        if not self.takes(_OPERATOR):
            self.expected("an operator")
        operator = "".join(self.last.split())
        match operator:
            case "==" | "!=":
                values: tuple[str, ...] = (self.string(),)
            case "in" | "notin":
                values = self.strings()
            case _:
                refuse(0, f"'{self.last}' in a selector is not read here")
        return _one(key, only(*values) if operator in ("==", "in") else all_but(*values))

    def strings(self) -> tuple[str, ...]:
        """Read strings = [ string { "," string } [ "," ] ], with the braces around them."""
        self.needs(_SIGN, "{")
        found: list[str] = []
        while not self.takes(_SIGN, "}"):
            found.append(self.string())
            if not self.takes(_SIGN, ","):
                self.needs(_SIGN, "}")
                break
        return tuple(found)

    def string(self) -> str:
        """Read string = '"' … '"' | "'" … "'"."""
        return self.last if self.takes(_STRING) else self.expected("a string in quotes")

    def takes(self, token: re.Pattern[str], text: str = "") -> bool:
        """Return whether `token` (and as `text`, where given) comes next; if so it is read, and is `last`."""
        self.skip_blanks()
        found = token.match(self.text, self.place)
        if found is None or text not in ("", found[0]):
            return False
        self.place = found.end()
        self.last = found[found.lastindex or 0]
        return True

    def needs(self, token: re.Pattern[str], text: str) -> None:
        """Read `token` as `text`, or refuse."""
        if not self.takes(token, text):
            self.expected(text)

    def at_end(self) -> bool:
        """Return whether nothing but blanks is left."""
        self.skip_blanks()
        return self.place == len(self.text)

    def skip_blanks(self) -> None:
        """Go to the next character that is no blank."""
        while self.text[self.place : self.place + 1] in (" ", "\t"):
            self.place += 1

    def expected(self, what: str) -> NoReturn:
        """Refuse what comes next."""
        refuse(0, f"Calico cannot read the selector {self.text!r}: {what} is expected at {self.place + 1}")


def _one(key: str, values: Values) -> Alternatives:
    """Return the one requirement, if its key and values are legal; Calico takes others, which no pod has."""
    check_label(key, "", 0)
    for value in values.items:
        check_label(key, value or "", 0)
    return (((key, values),),)


def _limited(found: Alternatives) -> Alternatives:
    if len(found) > MAX_ALTERNATIVES:
        refuse(0, f"a selector of more than {MAX_ALTERNATIVES} alternatives is not read here")
    return found


def _both(left: Alternatives, right: Alternatives) -> Alternatives:
    if len(left) * len(right) > MAX_ALTERNATIVES:
        refuse(0, f"a selector of more than {MAX_ALTERNATIVES} alternatives is not read here")
    return tuple(one + other for one in left for other in right)


def _opposite(found: Alternatives) -> Alternatives:
    """Return what is in none of the alternatives; a pod without a label satisfies its `!=` and `not in`."""
    result: Alternatives = ((),)
    for alternative in found:
        if any(key == ALL for key, _ in alternative):
            # In a namespaceSelector Calico puts has(projectcalico.org/namespace) for the text "all()", so that
            # its opposite is no empty set there but all that is no pod (updateprocessors/rules.go).
            refuse(0, "the opposite of all() is not read here")
        result = _both(result, tuple(((key, _all_others(values)),) for key, values in alternative))
    return result


def _all_others(values: Values) -> Values:
    return Values(values.items, listed=not values.listed)

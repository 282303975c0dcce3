"""Directives of site generators and preprocessors: lines that show or hide what stands between them, or add to it.

They are not acted on, because nobody but the generator knows what holds; what they enclose is not read as if it always
stood on the page. Liquid and kramdown have a module of their own (`esspec.reading.liquid`).
"""

import re
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

_BOX = r"\{?\.?(?:callout-)?(?:caution|danger|details|example|hint|important|info|note|quote|seealso|tip|warning)\b"


class _Family(NamedTuple):
    """How the directives of one language begin, as patterns: ones that enclose, end that, and put something in.

    `alone` may enclose something and may stand alone; `shows` encloses, and hides nothing.
    """

    opens: str = "(?!)"
    closes: str = "(?!)"
    adds: str = "(?!)"
    alone: str = "(?!)"
    shows: str = "(?!)"

    def pattern(self) -> re.Pattern[str]:
        """Return the one pattern that finds each of them, as a group of its name."""
        return re.compile("|".join(f"(?P<{kind}>{each})" for kind, each in zip(self._fields, self, strict=True)))


_FAMILIES = (
    _Family(r"\{\{~?[#^][\w@]", r"\{\{~?/", r"\{\{~?>"),  # Handlebars, Mustache
    # Go's templates.
    _Family(r"\{\{-? *(?:if|range|with|block|define)\b", r"\{\{-? *end\b", r"\{\{-? *(?:include|partial|template)\b"),
    _Family(alone=r"\{\{< *\w", closes=r"\{\{< */"),  # Hugo's shortcodes
    _Family(r"<%[-_]? *(?:if|unless|for|foreach|while)\b", r"<%[-_]? *(?:end\b|\})", r"<%"),  # ERB, EJS, JSP
    _Family(r"<#(?:if|list|macro|switch)\b", r"</#", r"<#include\b"),  # FreeMarker
    _Family(r"^#if(?:n?def)?\b", r"^#endif\b", r"^#include\b"),  # C
    _Family(r"^if(?:n?def|eval)::", r"^endif::", r"^include::"),  # AsciiDoc
    _Family(r"^@(?:if|unless|foreach|isset) *\(", r"^@end(?:if|unless|foreach|isset)\b", r"^@include\b"),  # Blade
    # Fenced divisions of Pandoc, Quarto, MyST, Docusaurus and docfx; boxes show what stands in them.
    _Family(rf"^:{{3,}} *(?!{_BOX})[^\s:]", r"^:{3,} *$", shows=rf"^:{{3,}} *{_BOX}"),
    # Comments that act.
    _Family(r"<!-- *(?:#if|#?ifn?def)\b|<!-- *if +[\w.!=]+ *-->", r"<!-- *(?:[#/] *)?end[ -]?if\b"),
    _Family(adds=r"^\[!INCLUDE\b|^--8<--|^\{\{\w[\w./-]*\.(?:md|txt|csv)\}\}"),  # docfx, MkDocs, MultiMarkdown
    _Family(adds=r"^\{!|^\{\{ *#include\b|<!-- *#include\b|^@@include *\(|^\[\[ *include\b"),  # mdBook, SSI and others
    _Family(r"<\?(?:php)? *(?:if|for|foreach|while)\b", r"<\?(?:php)? *(?:end[fiw]\w+\b|\})", r"<\?(?:php\b|=)"),  # PHP
    _Family(r"^\[% *(?:IF|UNLESS|FOREACH|WHILE)\b", r"^\[% *END\b", r"^\[% *(?:INCLUDE|INSERT|PROCESS)\b"),  # Perl's
    _Family(r"^\$(?:if|for)\(", r"^\$end(?:if|for)\$"),  # Pandoc's templates
)
_PATTERNS = tuple(family.pattern() for family in _FAMILIES)
_SIGNS = {
    "{": ("{{", "{!"),
    "<": ("<%", "<#", "</#", "<!--", "<?", "--8<"),
    ":": ("::",),
    "#": ("#i", "#e"),
    "@": ("@",),
    "[": ("[!", "[[", "[%"),
    "$": ("$",),
}
"""One of these is in every directive, and few pages have any; one character is found much faster than several."""


class Directive(NamedTuple):
    """A directive, as it begins, and the lines it reaches over: its own, or all up to its end (or the page's).

    It is silent if it puts nothing on the page that is not in its source. `code` is that of findings about it.
    """

    line: int
    column: int
    last: int
    begins: str
    is_silent: bool
    code: str


def directives_in(lines: Sequence[str], code: Collection[int]) -> Iterator[Directive]:
    """Yield the directives of a page; `lines` are all of its lines, and `code` those of them that are code.

    One that encloses something, or ends that, shows nothing of its own and is silent.
    """
    text = "\n".join(lines)
    signs = [sign for first, some in _SIGNS.items() if first in text for sign in some if sign in text]
    if not signs:
        return
    found = [(n, line) for n, line in enumerate(lines, 1) if any(map(line.__contains__, signs)) and n not in code]
    for family in _PATTERNS:
        yield from _of_family(family, found, len(lines))


def _of_family(family: re.Pattern[str], lines: Sequence[tuple[int, str]], end: int) -> Iterator[Directive]:
    waiting: list[tuple[Directive, str]] = []
    for number, line in lines:
        text = line.lstrip(" >")
        for match in family.finditer(text):
            kind = match.lastgroup or ""
            column = len(line) - len(text) + match.start() + 1
            found = Directive(number, column, number, match[0], kind != "adds", code="directive")
            if kind == "adds":
                yield found
            elif kind != "closes":
                waiting.append((found, kind))
            elif not waiting:
                yield found
            else:
                opened, kind = waiting.pop()
                if kind != "shows":
                    yield opened._replace(last=number)
    for opened, kind in waiting:
        if kind != "shows":
            yield opened._replace(last=end) if kind == "opens" else opened._replace(is_silent=False)

"""In which column a finding about manifests stands: the reader of YAML keeps lines, and findings are few."""

import re
from collections.abc import Iterable, Iterator, Mapping

from esspec.problem import Problem

_BREAK = re.compile(r"\r\n?|\n")
_LEAD = re.compile(r"(?:--- +)? *(?:- +)?(?=[^ ])")


def with_columns(problems: Iterable[Problem], texts: Mapping[str, str]) -> Iterator[Problem]:
    """Yield findings with the column at which their line begins to say something, behind what only marks an item.

    Where several values stand on one line it is the first of them, which mostly holds the others. `texts` are those in
    which the findings are, by file; a column that is known already stays.
    """
    lines: dict[str, list[str]] = {}
    for problem in problems:
        if problem.column != 1 or problem.path not in texts:
            yield problem
            continue
        if problem.path not in lines:
            lines[problem.path] = _BREAK.split(texts[problem.path])
        found = _LEAD.match(lines[problem.path][problem.line - 1])
        yield problem._replace(column=found.end() + 1 if found else 1)

"""Where the keys of a TOML file stand: `tomllib` gives values, and findings need lines."""

import re
import tomllib
from collections.abc import Iterator

Path = tuple[str | int, ...]

_WORD = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}'  # up to two quotes may stand before the closing three
    r"|'''.*?'{3,5}"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|#[^\n]*|\n|[\[\]{}=]|[^\s\"'#\[\]{}=]+",
    re.DOTALL,
)


def toml_lines(text: str) -> dict[Path, int]:
    """Return the line of every table header and of every key that begins a line, by its path.

    An array of tables counts its entries: `("overrides", 0)` is the first `[[overrides]]`. `text` must be
    valid TOML.
    """
    lines: dict[Path, int] = {}
    prefix: Path = ()
    counts: dict[Path, int] = {}
    for line, _, statement in _statements(text):
        if statement.startswith("["):
            path = _path(statement)
            prefix = (*_numbered(path[:-1], counts), *path[-1:])
            if statement.startswith("[["):
                counts[prefix] = counts.get(prefix, -1) + 1
                prefix = (*prefix, counts[prefix])
            lines.setdefault(prefix, line)
        else:
            lines.setdefault((*prefix, *_path(statement + "=0")), line)
    return lines


def _numbered(path: Path, counts: dict[Path, int]) -> Path:
    """Return a path with the number of the latest entry behind each array of tables in it."""
    found: Path = ()
    for key in path:
        found = (*found, key)
        found = (*found, counts[found]) if found in counts else found
    return found


def toml_ends(text: str) -> dict[int, int]:
    """Return the last line of the header or key that begins on a line, its value included."""
    return {first: last for first, last, _ in _statements(text)}


def _statements(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield (first line, last line, header or key) of each statement; the values are skipped, over all their lines."""
    line, depth = 1, 0
    begin, start, end = 1, -1, -1
    in_value = False
    for found in _WORD.finditer(text):
        word = found[0]
        if word == "\n" and not depth:
            if start >= 0:
                yield begin, line, text[start:end]
            start, in_value = -1, False
        elif word == "=" and not depth and start >= 0:
            in_value = True
        elif not in_value and not word.startswith(("#", "\n")):
            begin, start = (begin, start) if start >= 0 else (line, found.start())
            end = found.end()
        if in_value:
            depth += word in "[{"
            depth -= word in "]}"
        line += word.count("\n")
    if start >= 0:
        yield begin, line, text[start:end]


def _path(statement: str) -> Path:
    """Return the keys of a header or of `key=0`, read by tomllib itself."""
    try:
        node: object = tomllib.loads(statement)
    except tomllib.TOMLDecodeError:
        return (statement,)
    keys: list[str] = []
    while isinstance(node, (dict, list)) and node:
        if isinstance(node, list):
            node = node[0]
            continue
        key, node = next(iter(node.items()))
        keys.append(key)
    return tuple(keys)

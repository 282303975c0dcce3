"""Where the keys of a TOML file stand: `tomllib` gives values, and findings need lines."""

import re
import tomllib
from collections.abc import Iterator

Path = tuple[str | int, ...]

_WORD = re.compile(
    r'"""(?:\\.|[^\\])*?"""'
    r"|'''.*?'''"
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
    for line, statement in _statements(text):
        if statement.startswith("["):
            path = _path(statement)
            if statement.startswith("[["):
                counts[path] = counts.get(path, -1) + 1
                path = (*path, counts[path])
            prefix = _numbered(path, counts)
            lines.setdefault(prefix, line)
        else:
            lines.setdefault((*prefix, *_path(statement + "=0")), line)
    return lines


def _numbered(path: Path, counts: dict[Path, int]) -> Path:
    """Return the path of a table below an array of tables, with the number of the entry it belongs to."""
    head = path[:1]
    if len(path) > 1 and head in counts and not isinstance(path[1], int):
        return (*head, counts[head], *path[1:])
    return path


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Yield (line, header or key) of each statement; the values are skipped, over all their lines."""
    line, depth = 1, 0
    start: int | None = None
    in_value = False
    for found in _WORD.finditer(text):
        word = found[0]
        if word == "\n" and not depth:
            if start is not None and not in_value:
                yield line, text[start : found.start()].split("#", maxsplit=1)[0].strip()
            start, in_value = None, False
        elif start is None and not word.startswith(("#", "\n")):
            start = found.start()
        if word == "=" and not depth and start is not None and not in_value:
            yield line, text[start : found.start()].strip()
            in_value = True
        if in_value:
            depth += word in "[{"
            depth -= word in "]}"
        line += word.count("\n")
    if start is not None and not in_value:
        yield line, text[start:].split("#", maxsplit=1)[0].strip()


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

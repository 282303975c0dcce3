"""Adding to a TOML file without touching what stands in it: every line, comment and blank stays as it is."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from esspec.text.toml_lines import Path, toml_ends, toml_lines

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_BYTE_ORDER_MARK = "\ufeff"


class Addition(NamedTuple):
    """Text to add to a file: one key of the table `table` (`()` is the top), or a whole table with its header.

    `lines` are the TOML lines, comments among them. A whole table has `is_table` and goes to the end of the file.
    """

    table: Path
    lines: tuple[str, ...]
    is_table: bool = False


def key(name: str) -> str:
    """Return a key as TOML writes it, in quotes where it must be."""
    return name if _BARE.fullmatch(name) else quoted(name)


def quoted(text: str) -> str:
    """Return a string in which nothing hides: what does not print is escaped. One that holds quotes is a literal."""
    if not {'"', "\\"}.isdisjoint(text) and "'" not in text and text.isprintable():
        return f"'{text}'"
    return "".join(ch if ch.isprintable() else _escaped(ch) for ch in json.dumps(text, ensure_ascii=False))


def _escaped(character: str) -> str:
    number = ord(character)
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"  # noqa: PLR2004 - four digits


def header(*names: str) -> str:
    """Return the header of a table."""
    return f"[{'.'.join(map(key, names))}]"


def added(text: str, additions: Iterable[Addition]) -> str:
    """Return `text` with the additions: keys behind the last key of their table, tables at the end, in their order.

    `text` is valid TOML, its line ends and byte order mark as in the file; none of the tables is among
    `closed_tables`.
    """
    mark = _BYTE_ORDER_MARK if text.startswith(_BYTE_ORDER_MARK) else ""
    written = _LINE.findall(text.removeprefix(mark))
    lines = _plain(written)
    places = toml_lines("\n".join(lines))
    keys: dict[Path, list[str]] = {}
    appended: dict[tuple[Path, int], list[str]] = {}
    for number, addition in enumerate(additions):
        if addition.is_table:
            appended[addition.table, number] = list(addition.lines)
        elif not addition.table or addition.table in places:
            keys.setdefault(addition.table, []).extend(addition.lines)
        else:
            new = [header(*map(str, addition.table))]
            appended.setdefault((addition.table, -1), new).extend(addition.lines)
    ends = toml_ends("\n".join(lines))
    inserted = {_behind(table, lines, places, ends): new for table, new in keys.items()}
    return mark + _written(written, lines, inserted, appended.values())


def closed_tables(text: str, additions: Iterable[Addition]) -> dict[str, int]:
    """Return the tables that can take no addition, and their lines: those written in one line or by dotted keys."""
    lines = _plain(_LINE.findall(text.removeprefix(_BYTE_ORDER_MARK)))
    places = toml_lines("\n".join(lines))
    wanted = dict.fromkeys((a.table[:1] if a.is_table else a.table, a.is_table) for a in additions if a.table)
    closed: dict[str, int] = {}
    for table, is_table in wanted:
        at = places.get(table) or places.get(table[:1])
        if at is None and not is_table:
            at = next((line for path, line in places.items() if path[: len(table)] == table), None)
        if at is not None and not _is_header(lines[at - 1]):
            closed[str(table[0])] = at
    return closed


def _plain(written: Sequence[str]) -> list[str]:
    return [line.rstrip("\r\n") for line in written]


def _written(
    written: Sequence[str], lines: Sequence[str], inserted: Mapping[int, list[str]], appended: Iterable[list[str]]
) -> str:
    """Return the lines as written, with those `inserted` behind the lines of these numbers, and the rest at the end."""
    line_end = next((line[len(line.rstrip("\r\n")) :] for line in written[:1]), "") or "\n"
    parts: list[str] = []
    for number in range(len(lines) + 1):
        if number:
            parts.append(written[number - 1])
        new = inserted.get(number, [])
        if new and _is_header(_behind_comments(lines, number)):
            new = [*new, ""]
        parts += _complete(parts, new, line_end)
    for block in appended:
        is_apart = not parts or not parts[-1].strip()
        parts += _complete(parts, block if is_apart else ["", *block], line_end)
    return "".join(parts)


def _complete(parts: Sequence[str], new: Sequence[str], line_end: str) -> Iterator[str]:
    """Yield new lines with their line ends, and first the line end that the file's last line may lack."""
    if new and parts and not parts[-1].endswith(("\n", "\r")):
        yield line_end
    yield from (line + line_end for line in new)


def _is_header(line: str) -> bool:
    return line.lstrip().startswith("[")


def _behind_comments(lines: Sequence[str], number: int) -> str:
    """Return the first line from this index on that is no comment."""
    return next((lines[n] for n in range(number, len(lines)) if not lines[n].lstrip().startswith("#")), "")


def _behind(table: Path, lines: Sequence[str], places: Mapping[Path, int], ends: Mapping[int, int]) -> int:
    """Return behind which line a key of `table` can stand: the last line of its last key, or of its header."""
    own = places[table] if table else 0
    limit = min((n for n in places.values() if n > own and _is_header(lines[n - 1])), default=len(lines) + 1)
    last = max([own, *(n for n in places.values() if own < n < limit)])
    return ends[last] if last else _behind_opening_comment(lines)


def _behind_opening_comment(lines: Sequence[str]) -> int:
    """Return behind which line the file's opening comment ends; 0 where what it opens is a table, without a blank."""
    end = 0
    while end < len(lines) and lines[end].lstrip().startswith("#"):
        end += 1
    if end == len(lines):
        return end
    return end + 1 if end and not lines[end].strip() else 0

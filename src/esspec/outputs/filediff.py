"""The difference of two versions of a generated file, for people: a unified diff that is safe to print."""

from difflib import unified_diff

from esspec.problem import printable

CONTEXT = 3
MOST_LINES = 5_000  # difflib is quadratic where lines repeat; an edited file may come from anybody (threats.md 11)


def file_diff(path: str, old: bytes | None, new: bytes | None) -> str:
    r"""Return the unified diff from `old` to `new`, where None stands for "no such file"; never "".

    Line ends and bytes that are no text count too. What could act on a terminal shows as an escape
    (threats.md 18), the `\r` of a CSV line included.
    """
    head = [f"--- {'/dev/null' if old is None else path}", f"+++ {'/dev/null' if new is None else path}"]
    a, b = _lines(old), _lines(new)
    hunks = _one_hunk(a, b) if len(a) + len(b) > MOST_LINES else _hunks(a, b)
    return "".join(map(_shown, head + hunks))


def _lines(data: bytes | None) -> list[str]:
    r"""Return the lines without their ends; a last one that has none carries a `\n` as its mark."""
    lines = (data or b"").decode("utf-8", "surrogateescape").split("\n")
    last = lines.pop()
    return [*lines, f"{last}\n"] if last else lines


def _hunks(a: list[str], b: list[str]) -> list[str]:
    return list(unified_diff(a, b, n=CONTEXT, lineterm=""))[2:]  # without a head of its own


def _one_hunk(a: list[str], b: list[str]) -> list[str]:
    """Return one hunk from the first line that differs to the last one, in linear time."""
    head = _alike(a, b)
    tail = _alike(a[head:][::-1], b[head:][::-1])
    above, below = a[max(head - CONTEXT, 0) : head], a[len(a) - tail :][:CONTEXT]
    old, new = a[head : len(a) - tail], b[head : len(b) - tail]
    places = (
        f"{sign}{head - len(above) + bool(size)},{size}"
        for sign, size in (("-", len(above + old + below)), ("+", len(above + new + below)))
    )
    signed = ((" ", above), ("-", old), ("+", new), (" ", below))
    return [f"@@ {' '.join(places)} @@", *(sign + line for sign, lines in signed for line in lines)]


def _alike(a: list[str], b: list[str]) -> int:
    """Return how many lines two texts have in common before they differ."""
    pairs = zip(a, b, strict=False)
    return next((n for n, (x, y) in enumerate(pairs) if x != y), min(len(a), len(b)))


def _shown(line: str) -> str:
    text = printable(line.removesuffix("\n"))
    return f"{text}\n\\ No newline at end of file\n" if line.endswith("\n") else f"{text}\n"

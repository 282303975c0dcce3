"""Write what is made from the code, or with `--check` only say what is not current; `make docs`."""

import sys
from collections.abc import Sequence
from pathlib import Path

from manual.completion import completions
from manual.markdown import pages
from manual.roff import manual_page

ROOT = Path(__file__).parent.parent
_FOLDERS = ("completion", "docs/reference", "man")


def made() -> dict[str, str]:
    """Return every file that is made from the code, by its path."""
    reference = {f"docs/reference/{name}": text for name, text in pages().items()}
    return (
        reference
        | {f"completion/{name}": text for name, text in completions().items()}
        | {"man/esspec.1": manual_page()}
    )


def stale(files: dict[str, str]) -> list[str]:
    """Return the paths that are missing, that say something else, or that nothing makes any more."""
    there = [path for folder in _FOLDERS for path in (ROOT / folder).rglob("*") if path.is_file()]
    unknown = [str(path.relative_to(ROOT)) for path in there if path.relative_to(ROOT).as_posix() not in files]
    changed = [path for path, text in files.items() if not _says(ROOT / path, text)]
    return sorted(unknown + changed)


def _says(path: Path, text: str) -> bool:
    return path.is_file() and path.read_bytes() == text.encode("utf-8")


def main(arguments: Sequence[str]) -> int:
    """Return 0, or 1 where something is not current and only that was asked."""
    files = made()
    found = stale(files)
    for path in found:
        if path not in files:
            sys.stdout.write(f"nothing makes {path}\n")
        elif "--check" in arguments:
            sys.stdout.write(f"not current: {path}\n")
        else:
            (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
            (ROOT / path).write_text(files[path], encoding="utf-8", newline="\n")
            sys.stdout.write(f"wrote {path}\n")
    return 1 if found and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

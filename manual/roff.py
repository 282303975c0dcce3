"""The manual page esspec(1), in the macros that every `man` reads."""

from collections.abc import Iterable, Iterator

from esspec import __version__
from manual.commands import Command, Word, about, commands, root_options

_EXIT = (
    ("0", "Nothing to report, or nothing from the level of --fail-on on."),
    (
        "1",
        "The content is wrong: an error in the page or its binding, a stale folder, an unequal proof, a difference.",
    ),
    ("2", "Nothing could be said: usage, a file that cannot be read or written, or a bug in esspec."),
)
_FILES = (
    ("esspec.toml", "The binding: what the page cannot say. The nearest one upward from the page is read."),
    (".esspec.json", "In a folder that export writes: its page, and every file with its hash."),
)


def manual_page() -> str:
    """Return the source of the page. It has no date, so that equal code gives equal bytes."""
    return "".join(f"{line}\n" for line in _lines())


def _lines() -> Iterator[str]:
    yield r".\" Written by `make docs` from the code; edit that."
    yield f'.TH ESSPEC 1 "" "esspec {__version__}" "User Commands"'
    yield from (".SH NAME", rf"esspec \- {_escaped('documentation pages to network policy, with proof')}")
    yield from (".SH SYNOPSIS", r".B esspec", r".I command", r"[\fIoptions\fR] [\fIarguments\fR]")
    yield from (".SH DESCRIPTION", *_text(about()))
    yield from _text("Data goes to standard output, findings and summaries to standard error. - is standard input.")
    yield from (".SH OPTIONS", *_words(root_options()), ".SH COMMANDS")
    for command in commands():
        yield from _command(command)
    yield from (".SH EXIT STATUS", *_list(_EXIT), ".SH FILES", *_list(_FILES), ".SH EXAMPLES")
    for command in commands():
        yield from _examples(command)


def _command(command: Command) -> Iterator[str]:
    yield f".SS {_escaped(command.usage)}"
    yield from _text(command.said)
    yield from _words((*command.arguments, *command.options))


def _words(words: Iterable[Word]) -> Iterator[str]:
    for word in words:
        yield ".TP"
        yield _head(word)
        default = f" Default: {word.default}." if word.default else ""
        yield from _text(f"{word.said}{default}")


def _head(word: Word) -> str:
    value = rf"\fI{_escaped(word.value)}\fR" if word.value else ""
    if word.is_argument:
        return value
    names = ", ".join(rf"\fB{_escaped(name)}\fR" for name in word.names)
    return f"{names} {value}".rstrip()


def _list(entries: Iterable[tuple[str, str]]) -> Iterator[str]:
    for name, said in entries:
        yield from (".TP", rf"\fB{_escaped(name)}\fR", *_text(said))


def _examples(command: Command) -> Iterator[str]:
    if command.examples:
        yield from (".PP", ".nf", *_each(command.examples), ".fi")


def _each(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield from _text(line)


def _text(text: str) -> Iterator[str]:
    """Yield the lines of a text; one that begins with a control character of roff would be a request."""
    for line in text.splitlines():
        if line.strip():
            safe = _escaped(line.strip())
            yield rf"\&{safe}" if safe.startswith((".", "'")) else safe


def _escaped(text: str) -> str:
    return text.replace("\\", r"\e").replace("-", r"\-").replace("'", r"\(aq").replace("`", r"\(ga")

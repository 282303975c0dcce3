"""The command line as data: every command with its arguments, options and examples, as typer has registered them."""

import inspect
from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from typing import Any, NamedTuple, get_args, get_origin, get_type_hints

from typer.models import ArgumentInfo, CommandInfo, OptionInfo

from esspec.commands.cli import app
from esspec.commands.schema import SCHEMAS
from esspec.linting.rules_text import rule_texts
from esspec.reporting.finding_formats import WRITERS


class Word(NamedTuple):
    """An argument, or an option with its names; `value` is what it takes, and empty for a switch."""

    names: tuple[str, ...]
    value: str
    choices: tuple[str, ...]
    said: str
    default: str
    is_required: bool
    is_repeatable: bool

    @property
    def is_argument(self) -> bool:
        """Return whether it is named by its place and not by an option."""
        return not self.names

    @property
    def synopsis(self) -> str:
        """Return an argument as the usage line shows it."""
        return self.value if self.is_required else f"[{self.value.strip('[]')}]"


class Command(NamedTuple):
    """One command of esspec."""

    name: str
    said: str
    arguments: tuple[Word, ...]
    options: tuple[Word, ...]
    examples: tuple[str, ...]

    @property
    def summary(self) -> str:
        """Return the first paragraph of what is said, on one line."""
        return " ".join(self.said.partition("\n\n")[0].split())

    @property
    def usage(self) -> str:
        """Return the usage line."""
        return " ".join(["esspec", self.name, "[OPTIONS]", *(word.synopsis for word in self.arguments)])


# What typer adds by itself.
_HELP = Word(("--help", "-h"), "", (), "Show the help and exit.", "", is_required=False, is_repeatable=False)
_ADDED = [
    Word((name,), "", (), said, "", is_required=False, is_repeatable=False)
    for name, said in (
        ("--install-completion", "Install completion for the current shell."),
        ("--show-completion", "Show completion for the current shell."),
    )
]


def commands() -> tuple[Command, ...]:
    """Return all commands, in the order of `esspec --help`."""
    return tuple(_command(info) for info in app.registered_commands if not info.hidden)


def root_options() -> tuple[Word, ...]:
    """Return the options of `esspec` without a command."""
    callback = app.registered_callback
    words = _words(callback.callback) if callback and callback.callback else ()
    return (*words, *_ADDED, _HELP)


def about() -> str:
    """Return what esspec is, in one sentence."""
    return str(app.info.help)


def _command(info: CommandInfo) -> Command:
    callback = info.callback
    if callback is None:
        raise LookupError(f"the command {info.name} has no function")
    name = info.name or callback.__name__.replace("_", "-")
    words = [_with_choices(name, word) for word in _words(callback)]
    arguments = tuple(word for word in words if word.is_argument)
    options = (*(word for word in words if not word.is_argument), _HELP)
    said = inspect.cleandoc(info.help or callback.__doc__ or "")
    return Command(name, said, arguments, options, tuple(_examples(info.epilog or "")))


def _examples(epilog: str) -> Iterator[str]:
    for line in epilog.replace("Example: ", "").splitlines():
        if "esspec " in line:
            yield line.strip()


def _words(callback: Callable[..., Any]) -> Iterator[Word]:
    """Yield the words that a function takes, in its order."""
    hints = get_type_hints(callback, include_extras=True)
    for parameter in inspect.signature(callback).parameters.values():
        kind, *said = get_args(hints[parameter.name])
        info = next(one for one in said if isinstance(one, OptionInfo | ArgumentInfo))
        yield _word(parameter, _plain(kind), info)


def _plain(kind: Any) -> Any:
    """Return a type without None; typing keeps it in a union."""
    kinds = [one for one in get_args(kind) if one is not type(None)]
    return kinds[0] if get_origin(kind) not in (list, tuple) and len(kinds) == 1 else kind


def _word(parameter: inspect.Parameter, kind: Any, info: OptionInfo | ArgumentInfo) -> Word:
    is_repeatable = get_origin(kind) in (list, tuple)
    kind = get_args(kind)[0] if is_repeatable else kind
    choices = tuple(str(one.value) for one in kind) if isinstance(kind, type) and issubclass(kind, Enum) else ()
    names = () if isinstance(info, ArgumentInfo) else _declared(info) or (f"--{parameter.name.replace('_', '-')}",)
    is_required = parameter.default in (inspect.Parameter.empty, ...)
    return Word(
        names=tuple(sorted(names, key=len, reverse=True)),
        value="" if kind is bool else _value(info.metavar, kind, choices, names),
        choices=choices,
        said=info.help or "",
        default=_default(parameter.default),
        is_required=is_required,
        is_repeatable=is_repeatable,
    )


def _declared(info: OptionInfo | ArgumentInfo) -> tuple[str, ...]:
    """Return the names that an option declares; typer keeps the first of them where a default would stand."""
    words = (info.default, *(getattr(info, "param_decls", None) or ()))
    return tuple(word for word in words if isinstance(word, str) and word.startswith("-"))


def _value(metavar: str | None, kind: Any, choices: Iterable[str], names: Iterable[str]) -> str:
    shown = "|".join(choices)
    known = next((_VALUES[name] for name in names if name in _VALUES), "FILE")
    return metavar or shown or ("NUMBER" if kind is int else known)


_VALUES = {
    "--dir": "FOLDER",
    "--namespace": "NAMESPACE",
    "--output": "PATH",
    "--stdin-filename": "NAME",
    "--target": "TARGET",
}


def _default(given: Any) -> str:
    if given is inspect.Parameter.empty or given is None or given is False:
        return ""
    return str(given.value if isinstance(given, Enum) else given)


def _with_choices(command: str, word: Word) -> Word:
    """Return a word with the values that it takes, where the code knows them all."""
    what = (command, word.names[0] if word.names else word.value.strip("[]"))
    if what in (("rules", "CODE"), ("lint", "--explain")):
        return word._replace(choices=tuple(rule_texts()))
    if what == ("schema", "NAME"):
        return word._replace(choices=tuple(SCHEMAS))
    if word.value.startswith("FORMAT"):
        return word._replace(choices=tuple(WRITERS))
    if what[1] == "--target":
        return word._replace(choices=_OUR_TARGETS)
    return word


# Others may be installed where this is made, and are on no other machine.
_OUR_TARGETS = ("calico", "cilium", "csv", "kubernetes")

"""The options that say how pages and manifests are found and read: each command that reads some has the same ones."""

import inspect
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Annotated, NamedTuple

import typer

from esspec.commands.arguments import Reading
from esspec.text.source import MAX_BYTES

Command = Callable[..., int | None]


class _Option(NamedTuple):
    annotation: object
    default: object = None


_OPTIONS = {
    "namespace": _Option(
        Annotated[
            str | None,
            typer.Option(
                "--namespace", "-n", help="The namespace of manifests that name none; else the page's, or default."
            ),
        ]
    ),
    "profile": _Option(
        Annotated[
            str | None,
            typer.Option("--profile", help="The features of [profiles.NAME] in the binding.", metavar="NAME"),
        ]
    ),
    "settings": _Option(
        Annotated[
            list[str] | None,
            typer.Option(
                "--set", help="A feature's state, such as metrics=enabled; repeatable.", metavar="FEATURE=STATE"
            ),
        ]
    ),
    "data": _Option(
        Annotated[
            list[str] | None,
            typer.Option("--data", help="A Jekyll _data folder, or one file of it; repeatable.", metavar="PATH"),
        ]
    ),
    "binding": _Option(
        Annotated[
            str | None,
            typer.Option("--binding", help="The binding; else the nearest esspec.toml upward from the page."),
        ]
    ),
    "stdin_filename": _Option(
        Annotated[str | None, typer.Option("--stdin-filename", help="What the page on standard input is called.")]
    ),
    "max_bytes": _Option(Annotated[int, typer.Option("--max-bytes", min=1, help="Refuse larger pages.")], MAX_BYTES),
}

ALL = tuple(_OPTIONS)
"""The names of all options of a reading."""
OF_A_PAGE = tuple(name for name in ALL if name != "namespace")
AS_IT_STANDS = tuple(name for name in OF_A_PAGE if name not in ("profile", "settings"))
"""Those of a command that reads one page, whatever the states of its features."""


def reads(*names: str) -> Callable[[Command], Command]:
    """Return a decorator that puts the options of these names in the place of a command's parameter `where`.

    The command gets their values as one Reading. Typer finds options by a function's signature, so this is what is
    written anew.
    """

    def decorated(command: Command) -> Command:
        @wraps(command)
        def called(**values: object) -> int | None:
            where = Reading(**{name: values.pop(name) for name in names})  # type: ignore[arg-type]  # by _OPTIONS
            return command(where=where, **values)

        signature = inspect.signature(command)
        parameters = list(_expanded(signature, names))
        called.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]  # as inspect reads it
        called.__annotations__ = {each.name: each.annotation for each in parameters} | {
            "return": signature.return_annotation
        }
        return called

    return decorated


def _expanded(signature: inspect.Signature, names: tuple[str, ...]) -> Iterator[inspect.Parameter]:
    for parameter in signature.parameters.values():
        if parameter.name != "where":
            yield parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
            continue
        for name in names:
            option = _OPTIONS[name]
            yield inspect.Parameter(
                name, inspect.Parameter.KEYWORD_ONLY, default=option.default, annotation=option.annotation
            )

"""Command lines without options, such as `esspec list deploy/`: they need no parser of options.

To import that parser and to set it up takes longer than most answers, and list and explain are asked by hooks.
"""

from collections.abc import Callable, Mapping, Sequence

from esspec.commands.answering import answer
from esspec.commands.arguments import Reading
from esspec.commands.outcome import outcome
from esspec.reporting.streams import prepare_streams
from esspec.text.source import MAX_BYTES

_BY_DEFAULT = Reading(None, None, MAX_BYTES)


def run_plain(arguments: Sequence[str]) -> int | None:
    """Return the exit code of a command line of plain words; None where the parser has to read it."""
    command, *words = arguments or ("",)
    if command not in _COMMANDS or any(word.startswith("-") and word != "-" for word in words):
        return None
    fewest, work = _COMMANDS[command]
    if len(words) < fewest:
        return None
    prepare_streams()
    return outcome(lambda: work(words), "text")


def _list(words: Sequence[str]) -> int:
    from esspec.commands.list_command import ListRequest, list_connections  # noqa: PLC0415 - imported where it is used

    return answer(list_connections(ListRequest(words, _BY_DEFAULT.side())))


def _explain(words: Sequence[str]) -> int:
    from esspec.commands.explain_command import ExplainRequest, explain_connection  # noqa: PLC0415 - as above

    *sides, question = words
    return answer(explain_connection(ExplainRequest(sides, question, _BY_DEFAULT.side())))


_COMMANDS: Mapping[str, tuple[int, Callable[[Sequence[str]], int]]] = {"list": (1, _list), "explain": (2, _explain)}
"""What commands do with their words, and how many they need at least."""

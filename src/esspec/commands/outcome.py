"""From what a command does to an exit code: the one boundary, behind which nothing is raised."""

from collections.abc import Callable, Sequence
from contextlib import suppress

from esspec import __version__
from esspec.problem import EsspecError, Problem, error, printable
from esspec.reporting.streams import write_message

INTERRUPTED = 130


def outcome(work: Callable[[], int], error_format: str) -> int:
    """Return the exit code of `work`; findings that stop it are told, and a bug is one line on standard error."""
    try:
        return work()
    except EsspecError as stopped:
        tell(stopped.problems, error_format)
        return stopped.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as bug:  # noqa: BLE001 - the one boundary: no traceback reaches the user
        return _failed(bug, error_format)


def tell(problems: Sequence[Problem], error_format: str) -> None:
    """Write findings to standard error; in JSON there is a document even for none."""
    from esspec.reporting.report import findings  # noqa: PLC0415 - imported where it is used: start-up is felt in hooks

    if problems or error_format == "json":
        findings(problems, error_format)


def _failed(failure: Exception, error_format: str) -> int:
    """Return 2 for what the command line parser refuses, and for a bug; each with its own words."""
    show, told = getattr(failure, "show", None), getattr(failure, "format_message", None)
    if callable(show) and callable(told):
        message = str(told())
        if "\n" in message:  # the help, for a command line of no words
            with suppress(OSError):  # a stream that takes nothing changes no exit code
                show()
        else:
            tell([_refused(message, getattr(getattr(failure, "ctx", None), "command_path", "esspec"))], error_format)
        return 2
    what = printable(f"{type(failure).__name__}: {failure}"[:500])
    write_message(f"esspec {__version__}: a bug in esspec: {what} — please report it with the page\n")
    return 2


def _refused(message: str, command: str) -> Problem:
    """Return what the parser says of a command line as a finding."""
    words = message.replace(": Value error, ", ": ").rstrip(".")
    return error("usage", command, (0, 0), f"{words[:1].lower()}{words[1:]}", f"run {command} --help")

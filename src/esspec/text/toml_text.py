"""TOML as it comes in: parsed, or refused with the place of what is wrong."""

import tomllib
from typing import Any

from esspec.problem import InputProblems, Problem, error


def parse_toml(text: str, shown: str) -> dict[str, Any]:
    """Return the values in a text that is called `shown`. Raises InputProblems (exit 2) for what is no TOML."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as broken:
        raise InputProblems([_not_toml(broken, shown, text)]) from None
    except ValueError as broken:  # a number of thousands of digits
        raise InputProblems([error("bad-toml", shown, (1, 1), f"this is no TOML: {broken}", "mend it")]) from None
    except RecursionError:
        raise InputProblems(
            [error("bad-toml", shown, (1, 1), "the file is nested too deeply", "write it flat")]
        ) from None


def _not_toml(broken: tomllib.TOMLDecodeError, shown: str, text: str) -> Problem:
    message, _, place = str(broken).rpartition(" (at ")
    numbers = [int(word.strip(",)")) for word in place.split() if word.strip(",)").isdigit()]
    at = (numbers[0], numbers[1]) if len(numbers) == 2 else (text.count("\n") + 1, 1)  # noqa: PLR2004
    return error("bad-toml", shown, at, f"this is no TOML: {message or broken}", "mend the syntax")

"""Links to the pages about codes: where they are published, a setting says."""

import os
from collections.abc import Iterable
from typing import NoReturn
from urllib.parse import quote

from esspec.problem import InputProblems, error
from esspec.text.web_addresses import CODE, rules_address

VARIABLE = "ESSPEC_RULES_URL"
_EXAMPLE = f"https://docs.example.com/findings.html#{CODE}"


def rule_link(rules_url: str, code: str) -> str:
    """Return the address of the page about a code; empty where no address is set."""
    if not rules_url:
        return ""
    name = quote(code, safe="")
    return rules_url.replace(CODE, name) if CODE in rules_url else f"{rules_url}#{name}"


def chosen_rules_url(settings: Iterable[str] = ()) -> str:
    """Return the address that the environment sets, else the one of the settings; empty where none does.

    Raises InputProblems (exit 2) where the environment's is no address, or where settings differ.
    """
    own = os.environ.get(VARIABLE, "")
    several = sorted({each for each in settings if each})
    if not own and len(several) > 1:
        message = f"the settings of this run name different addresses: {', '.join(several)}"
        _refuse("rules_url", message, f"name one in all of them, or set {VARIABLE}")
    try:
        return rules_address(own) if own else "".join(several)
    except ValueError as wrong:
        _refuse(VARIABLE, str(wrong), f"write it as {_EXAMPLE}, or unset it")


def _refuse(path: str, message: str, remedy: str) -> NoReturn:
    raise InputProblems([error("usage", path, (0, 0), message, remedy)])

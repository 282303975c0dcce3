"""Addresses of web pages that findings link to: what reaches terminals, reports and browsers is checked first."""

import re

# What a URI is made of (RFC 3986, 2): no spaces, no control characters, nothing beyond ASCII, no lone percent sign.
_PART = r"(?:[A-Za-z0-9._~:/?@!$&'()*+,;=\[\]-]|%[0-9A-Fa-f]{2}|\{code\})*"
_ADDRESS = re.compile(rf"https?://[A-Za-z0-9\[][A-Za-z0-9.:\[\]-]*(?:[/?]{_PART})?(?:#({_PART}))?")
CODE = "{code}"


def rules_address(text: str) -> str:
    """Return where the pages about codes are. Raises ValueError where this is no address, or where no code fits in."""
    found = _ADDRESS.fullmatch(text)
    if not found:
        raise ValueError(
            "this is no address that begins with https:// or http:// and holds no spaces or odd characters"
        )
    if found[1] is not None and CODE not in text:
        raise ValueError(f"an address with # needs {CODE} for the place of the code")
    return text

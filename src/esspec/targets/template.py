r"""Text from data: jinja2 templates that cannot be injected into.

Every value that a template prints passes through a `finalize` of its format, the way autoescape does for HTML,
so that a template cannot forget to quote. Page text reaches a comment only through the filter `comment`.
"""

import os
import re
from collections.abc import Callable
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from esspec.problem import printable

if TYPE_CHECKING:
    from jinja2 import FileSystemBytecodeCache, Template

_ESCAPED = re.compile(r'["\\]|[^ -~]')
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9._/-]*")
# Words that some YAML 1.1 or 1.2 reader takes for a boolean, a null or a number.
_NOT_PLAIN = frozenset({"y", "yes", "n", "no", "on", "off", "true", "false", "null", "nan", "inf", "infinity"})


class Comment(str):
    """Text that is safe behind a `#` to the end of a line; made only by the filter `comment`."""

    __slots__ = ()


def comment(text: str) -> Comment:
    """Return `text` on one line: line breaks and all characters that do not print are written as escapes."""
    return Comment(text if text.isprintable() else printable(text))


@lru_cache(maxsize=1 << 16)
def _yaml_string(text: str) -> str:
    if _PLAIN.fullmatch(text) and text.lower() not in _NOT_PLAIN:
        return text
    return '"' + _ESCAPED.sub(_yaml_escape, text) + '"'


def _yaml_escape(found: re.Match[str]) -> str:
    ch = found[0]
    if ch in '"\\':
        return "\\" + ch
    code = ord(ch)
    if code <= 0xFF:  # noqa: PLR2004 - the widths of YAML's three escapes
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004


def yaml_scalar(value: object) -> str:
    """Return `value` (a string or an int) as a YAML scalar that no YAML 1.1 or 1.2 reader can misread.

    A string stands plain only where it begins with a letter, holds nothing but letters, digits and `._/-`, and
    is no word that some reader resolves to another type; otherwise it is double-quoted ASCII with escapes.
    The rule is KYAML's (kubernetes-sigs/yaml: kyaml/kyaml.go). Raises TypeError for any other type.
    """
    kind = type(value)
    if kind is Comment:
        return value  # type: ignore[return-value]  # it is one
    if kind is str or isinstance(value, str):
        return _yaml_string(value)
    if kind is int:
        return str(value)
    raise TypeError(f"a template printed {value!r}, which is neither text nor a whole number")


@cache
def template(package: str, name: str, finalize: Callable[[object], str] = yaml_scalar) -> "Template":
    """Return the template file `name` that `package` ships; all that it prints goes through `finalize`.

    Its compiled form is kept in the package's `__pycache__`, as Python keeps its own, where that can be written.
    """
    from importlib.resources import files  # noqa: PLC0415 - slow, and who reads manifests fills in no template

    from jinja2 import Environment, FunctionLoader, StrictUndefined  # noqa: PLC0415 - slow; `--version` needs none

    folder = files(package)
    environment = Environment(  # noqa: S701 - autoescape is for HTML; `finalize` is ours
        loader=FunctionLoader(lambda file: folder.joinpath(file).read_text(encoding="utf-8")),
        bytecode_cache=_bytecode_cache(str(folder)),
        undefined=StrictUndefined,
        finalize=finalize,
        optimized=False,  # there are no constants to fold, and looking for them takes a third of the compile time
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["comment"] = comment
    return environment.get_template(name)


def _bytecode_cache(folder: str) -> "FileSystemBytecodeCache | None":
    """Return a cache beside the compiled modules of a package; None where there can be none."""
    from jinja2 import FileSystemBytecodeCache  # noqa: PLC0415 - as above

    place = os.path.join(folder, "__pycache__")  # noqa: PTH118 - the package may not be a folder
    return FileSystemBytecodeCache(place, "%s.jinja.pyc") if os.access(place, os.W_OK) else None

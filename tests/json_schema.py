"""A check of JSON values against the JSON Schemas that esspec prints: only the keywords these use, none ignored."""

import re
from collections.abc import Callable
from typing import Any

Schema = dict[str, Any]

_TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "boolean": bool,
    "null": type(None),
}
_SAYS_NOTHING = frozenset({"$defs", "default", "description", "title", "type"})
_HOLDS: dict[str, Callable[[Any, Any], bool]] = {
    "const": lambda wanted, value: bool(value == wanted),
    "enum": lambda wanted, value: value in wanted,
    "required": lambda wanted, value: set(wanted) <= value.keys(),
    "minimum": lambda wanted, value: bool(value >= wanted),
    "pattern": lambda wanted, value: bool(re.search(wanted, value)),
    "maximum": lambda wanted, value: bool(value <= wanted),
}


def faults(schema: Schema, value: Any) -> list[str]:
    """Return what is wrong with `value`, each with its path. Raises KeyError for a keyword that is not known here."""
    return _faults(schema, value, schema.get("$defs", {}), "$")


def _faults(schema: Schema, value: Any, known: Schema, at: str) -> list[str]:
    if "type" in schema and not _has_type(schema["type"], value):
        return [f"{at} is {value!r}, and no {schema['type']}"]
    found: list[str] = []
    for keyword, wanted in schema.items():
        if keyword == "$ref":
            found += _faults(known[wanted.removeprefix("#/$defs/")], value, known, at)
        elif keyword == "anyOf":
            tried = [_faults(one, value, known, at) for one in wanted]
            found += [] if [] in tried else [f"{at} fits none of: {tried}"]
        elif keyword == "items":
            found += [fault for n, item in enumerate(value) for fault in _faults(wanted, item, known, f"{at}[{n}]")]
        elif keyword == "properties":
            here = {key: part for key, part in wanted.items() if key in value}
            found += [f for key, part in here.items() for f in _faults(part, value[key], known, f"{at}.{key}")]
        elif keyword == "additionalProperties":
            others = [key for key in value if key not in schema.get("properties", {})]
            part = {"enum": []} if wanted is False else wanted
            found += [fault for key in others for fault in _faults(part, value[key], known, f"{at}.{key}")]
        elif keyword not in _SAYS_NOTHING and not _HOLDS[keyword](wanted, value):
            found.append(f"{at} is {value!r}, and {keyword} is {wanted!r}")
    return found


def _has_type(wanted: str, value: Any) -> bool:
    return isinstance(value, _TYPES[wanted]) and (wanted == "boolean" or not isinstance(value, bool))

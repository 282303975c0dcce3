"""The keys of the binding: names, values and defaults from its JSON Schema, and what each says from keys.toml."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from esspec.commands.schema import schema_text

Schema = Mapping[str, Any]


class Key(NamedTuple):
    """One key: what it takes, in words, and what it says."""

    name: str
    kind: str
    default: str
    said: str


class Table(NamedTuple):
    """One kind of table of the binding, with its keys."""

    title: str
    said: str
    keys: tuple[Key, ...]


def tables_of_keys() -> tuple[Table, ...]:
    """Return all tables, in the order of keys.toml. Raises KeyError for a key that it does not explain."""
    schemas = _schemas()
    return tuple(_table(schemas[name], said, schemas) for name, said in texts().items())


def texts() -> dict[str, dict[str, Any]]:
    """Return what keys.toml says, by the name of the schema's definition."""
    return tomllib.loads(Path(__file__).with_name("keys.toml").read_text(encoding="utf-8"))


def known_keys() -> dict[str, set[str]]:
    """Return the keys of every table that the binding can hold, by the name of the schema's definition."""
    return {name: set(schema["properties"]) for name, schema in _schemas().items() if "properties" in schema}


def _schemas() -> dict[str, Schema]:
    whole: dict[str, Any] = json.loads(schema_text("binding"))
    return {"BindingFile": whole, **whole["$defs"]}


def _table(schema: Schema, said: Mapping[str, Any], schemas: Mapping[str, Schema]) -> Table:
    required = schema.get("required", ())
    keys = (
        Key(name, _kind(of, schemas), _default(of, is_required=name in required), said["keys"][name])
        for name, of in schema["properties"].items()
    )
    return Table(said["title"], said["says"], tuple(keys))


def _default(schema: Schema, *, is_required: bool) -> str:
    default = schema.get("default")
    if is_required:
        return "must be given"
    return "" if default is None or default in ([], {}) or isinstance(default, dict) else f"`{json.dumps(default)}`"


def _kind(schema: Schema, schemas: Mapping[str, Schema]) -> str:
    return " or ".join(dict.fromkeys(_kinds(schema, schemas)))


def _kinds(schema: Schema, schemas: Mapping[str, Schema]) -> Iterator[str]:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        yield from _kinds(schemas[name], schemas) if "enum" in schemas[name] else ["table"]
    elif "anyOf" in schema:
        for one in schema["anyOf"]:
            yield from () if one.get("type") == "null" else _kinds(one, schemas)
    elif "const" in schema or "enum" in schema:
        yield from (f'`"{word}"`' for word in schema.get("enum", [schema.get("const")]))
    elif schema["type"] == "array":
        yield f"list of {_kind(schema['items'], schemas)}"
    elif schema["type"] == "object":
        inner = schema.get("additionalProperties") or next(iter(schema["patternProperties"].values()))
        yield f"table of {_kind(inner, schemas)} by name"
    else:
        yield {"string": "text", "integer": "number", "boolean": "`true` or `false`"}[schema["type"]]

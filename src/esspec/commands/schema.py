"""JSON Schemas of what esspec prints and reads, generated from the models themselves."""

import json
from collections.abc import Callable

from esspec.value import Value


def _page() -> type[Value]:
    from esspec.commands.document import PageDocument  # noqa: PLC0415 - one schema needs one module

    return PageDocument


def _findings() -> type[Value]:
    from esspec.reporting.findings import Findings  # noqa: PLC0415 - as above

    return Findings


def _list() -> type[Value]:
    from esspec.answers.listing_document import ListDocument  # noqa: PLC0415 - as above

    return ListDocument


def _diff() -> type[Value]:
    from esspec.answers.diff_document import DiffDocument  # noqa: PLC0415 - as above

    return DiffDocument


def _explain() -> type[Value]:
    from esspec.answers.explanation_document import ExplainDocument  # noqa: PLC0415 - as above

    return ExplainDocument


def _verify() -> type[Value]:
    from esspec.semantics.verification_result import Verification  # noqa: PLC0415 - as above

    return Verification


def _baseline() -> type[Value]:
    from esspec.reporting.baseline import Baseline  # noqa: PLC0415 - as above

    return Baseline


def _binding() -> type[Value]:
    from esspec.bindings.binding_file import BindingFile  # noqa: PLC0415 - as above

    return BindingFile


SCHEMAS: dict[str, Callable[[], type[Value]]] = {
    "page": _page,
    "findings": _findings,
    "list": _list,
    "explain": _explain,
    "diff": _diff,
    "verify": _verify,
    "baseline": _baseline,
    "binding": _binding,
}


def schema_text(name: str) -> str:
    """Return the JSON Schema `name` of SCHEMAS: of the output, or of the file that is read for the binding."""
    model = SCHEMAS[name]()
    schema = model.model_json_schema(by_alias=True, mode="validation" if name == "binding" else "serialization")
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"

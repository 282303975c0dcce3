"""The one base of every value that crosses a module: frozen, closed, compared by content."""

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """A frozen value that refuses unknown fields; its schema is built on first use, to keep start-up short."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

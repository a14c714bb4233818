"""Check a contract file against the official schema of the Open Data Contract Standard."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from analysis.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analysis.contracts.yaml_document import Document


GRAMMAR = "rfc3987_syntax"
"""Checks the form of web addresses, which is not asked for, and takes a second to load."""


def check_schema(document: Document) -> None:
    """Raise ConfigurationError with file, line and key where the schema is broken."""
    errors = list(_deepest(_validator().iter_errors(document.value)))
    if not errors:
        return
    lines = [f"{document.place(error.absolute_path)}: {_say(error)}" for error in errors[1:]]
    more = "".join(f"\n{line}" for line in lines)
    raise ConfigurationError(
        f"{_say(errors[0])} (Open Data Contract Standard){more}",
        place=document.place(errors[0].absolute_path),
        remedy="correct the key as the standard says",
    )


@lru_cache(maxsize=1)
def _validator() -> Any:
    with _without(GRAMMAR):
        from jsonschema import Draft201909Validator, validators

    text = files("open_data_contract_standard").joinpath("schema.json").read_text("utf-8")
    schema = json.loads(text)
    return validators.validator_for(schema, default=Draft201909Validator)(schema)


@contextmanager
def _without(module: str) -> Iterator[None]:
    """Let an optional module seem not to be installed, unless it has been imported."""
    absent = module not in sys.modules
    if absent:
        sys.modules[module] = None  # type: ignore[assignment]  # the import system's own mark
    try:
        yield
    finally:
        if absent:
            del sys.modules[module]


def _deepest(errors: Iterator[Any]) -> Iterator[Any]:
    """Yield, of an error with alternatives, those that went furthest into the document."""
    for error in errors:
        inner = [e for e in error.context or [] if len(e.absolute_path) > len(error.absolute_path)]
        yield from inner or [error]


def _say(error: Any) -> str:
    message = str(error.message)
    return message if len(message) < 200 else f"breaks the rule '{error.validator}'"

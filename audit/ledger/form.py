"""The form of plain data that a class states: its JSON Schema, a quick check of it, the object.

A field's type says what may stand there; `Annotated` adds what a type can't say, as the schema
has it; the class's docstring says what a field means. Written here and not taken from a library
because a ledger from elsewhere is refused with the place of the first fault, and because
`report trace` is to answer at once.
"""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import lru_cache, partial
from inspect import cleandoc
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Literal,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

if TYPE_CHECKING:
    pass

Schema = dict[str, Any]
_SCALARS: Mapping[Any, str] = {
    str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"
}  # fmt: skip
_KINDS: Mapping[str, type | tuple[type, ...]] = {
    "array": list,
    "boolean": bool,
    "integer": int,
    "null": type(None),
    "number": (int, float),
    "object": dict,
    "string": str,
}
_ATTRIBUTE = re.compile(r"^(\w+)\n((?: {4}.+\n?)+)", re.MULTILINE)


@dataclass(frozen=True)
class Constraint:
    """What a schema asks of a value besides its type: the keyword and its argument."""

    keyword: str
    argument: str | int


def pattern(form: str) -> Constraint:
    """Return the constraint that a whole text is of a form."""
    return Constraint("pattern", f"^{form}$")


SHA256 = pattern("[0-9a-f]{64}")
COUNT = Constraint("minimum", 0)
FROM_ONE = Constraint("minimum", 1)


@lru_cache(maxsize=64)
def schema_of(kind: Any) -> Schema:
    """Return the JSON Schema of what a type states.

    Parameters
    ----------
    kind
        A dataclass, a scalar, or a tuple, mapping, union or literal of such.
    """
    origin, parts = get_origin(kind), get_args(kind)
    if is_dataclass(kind):
        return _of_class(kind)
    if origin is Annotated:
        return schema_of(parts[0]) | {parts[1].keyword: parts[1].argument}
    if origin is Literal:
        return {"const": parts[0]} if len(parts) == 1 else {"enum": list(parts)}
    if origin in (Union, types.UnionType):
        return _of_union([schema_of(part) for part in parts])
    if origin is tuple:
        length = {} if parts[-1] is ... else {"minItems": len(parts), "maxItems": len(parts)}
        return {"type": "array", "items": schema_of(parts[0]), **length}
    if origin is Mapping:
        below = schema_of(parts[1])
        if get_origin(parts[0]) is not Literal:
            return {"type": "object", "additionalProperties": below}
        names = get_args(parts[0])
        return _object(dict.fromkeys(names, below), sorted(names))
    return {"type": _SCALARS[kind]}


def _of_union(forms: list[Schema]) -> Schema:
    if all("properties" in form for form in forms):
        return {"oneOf": forms}
    whole: Schema = {}
    for form in forms:
        whole |= form
    return whole | {"type": [form["type"] for form in forms]}


def _of_class(kind: Any) -> Schema:
    meant = _meanings(kind)
    types_of = _types(kind)
    properties = {}
    for name, stated in types_of.items():
        said = {"description": meant[name]} if name in meant else {}
        properties[name] = schema_of(stated) | said
    return _object(properties, sorted(name for name in types_of if _required(kind, name)))


def _object(properties: Schema, required: list[str]) -> Schema:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": properties,
    }


@lru_cache(maxsize=64)
def _types(kind: Any) -> dict[str, Any]:
    hints = get_type_hints(kind, include_extras=True)
    return {each.name: hints[each.name] for each in fields(kind)}


def _required(kind: Any, name: str) -> bool:
    """Whether a field must be given: it has no default, or only one thing can stand there."""
    field = next(each for each in fields(kind) if each.name == name)
    given = field.default is not MISSING or field.default_factory is not MISSING
    return not given or "const" in schema_of(_types(kind)[name])


def _meanings(kind: Any) -> dict[str, str]:
    """Return what the docstrings of a class and those above it say of each field."""
    found: dict[str, str] = {}
    for each in reversed(kind.__mro__):
        _, _, listed = cleandoc(each.__doc__ or "").partition("Attributes\n----------\n")
        found |= {name: " ".join(text.split()) for name, text in _ATTRIBUTE.findall(listed)}
    return found


def first_gap(value: Any, form: Mapping[str, Any]) -> str:
    """Return the first place at which data is not what a schema says; empty if there is none.

    Quick enough for every reading; a test holds it to a full validator.
    """
    found = _gap(value, form)
    return "" if found is None else found.lstrip(".") or "the whole"


def _gap(value: Any, form: Mapping[str, Any]) -> str | None:
    """Return the way to the first fault, such as `.records[3].kind`; None if there is none."""
    if "oneOf" in form:
        form = _variant(value, form["oneOf"])
    if not _fits(value, form):
        return ""
    if isinstance(value, dict):
        below, rest = form.get("properties", {}), form.get("additionalProperties")
        for key in form.get("required", ()):
            if key not in value:
                return f".{key}"
        if rest is False and value.keys() - below.keys():
            return f".{min(value.keys() - below.keys())}"
        for key, each in value.items():
            found = _gap(each, below.get(key, rest))
            if found is not None:
                return f".{key}{found}"
    elif isinstance(value, list):
        for number, each in enumerate(value):
            found = _gap(each, form["items"])
            if found is not None:
                return f"[{number}]{found}"
    return None


def _variant(value: Any, forms: list[Schema]) -> Schema:
    """Return the form of the kind that data says it is of; the first, which it breaks, if none."""
    kind = value.get("kind") if isinstance(value, dict) else None
    return next((form for form in forms if form["properties"]["kind"]["const"] == kind), forms[0])


def _fits(value: Any, form: Mapping[str, Any]) -> bool:
    """Whether one value is of the kind, and within the bounds, that its form states."""
    if "type" in form and not _is(value, form["type"]):
        return False
    if isinstance(value, str):
        if "pattern" in form and _pattern(form["pattern"]).search(value) is None:
            return False
    elif isinstance(value, list):
        if not form.get("minItems", 0) <= len(value) <= form.get("maxItems", len(value)):
            return False
    elif isinstance(value, int | float) and value < form.get("minimum", value):
        return False
    if "const" in form:
        return bool(value == form["const"]) and not isinstance(value, bool)
    return "enum" not in form or value in form["enum"]


@lru_cache(maxsize=64)
def _pattern(stated: str) -> re.Pattern[str]:
    # In JSON Schema `$` is the end, and in Python it may stand before the end of a line.
    return re.compile(re.sub(r"\$(?=\)?$)", r"\\Z", stated))


def _is(value: Any, kind: str | list[str]) -> bool:
    if isinstance(kind, list):
        return any(_is(value, each) for each in kind)
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, _KINDS[kind])


@lru_cache(maxsize=128)
def maker(kind: Any) -> Callable[[Any], Any]:
    """Return what makes an object of a type from plain data that has its form."""
    origin, parts = get_origin(kind), get_args(kind)
    if isinstance(kind, type) and is_dataclass(kind):
        makers = {name: maker(stated) for name, stated in _types(kind).items()}
        return lambda value: kind(**{name: makers[name](each) for name, each in value.items()})
    if origin is Annotated:
        return maker(parts[0])
    if origin in (Union, types.UnionType):
        classes = {str(getattr(part, "kind", "")): maker(part) for part in parts}
        if len(classes) > 1:
            return lambda value: classes[value["kind"]](value)
        made = next((maker(part) for part in parts if part not in _SCALARS), _same)
        return lambda value: None if value is None else made(value)
    if origin is tuple:
        return partial(_tuple, maker(parts[0]))
    if origin is Mapping:
        below = maker(parts[1])
        return lambda value: {key: below(each) for key, each in value.items()}
    return _same


def _tuple(made: Callable[[Any], Any], value: list[Any]) -> tuple[Any, ...]:
    return tuple(map(made, value))


def _same(value: Any) -> Any:
    return value

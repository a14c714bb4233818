"""Read a settings file in TOML into frozen dataclasses, with the line of each key."""

from __future__ import annotations

import re
import tomllib
from dataclasses import MISSING, dataclass, fields, is_dataclass
from difflib import get_close_matches
from types import UnionType
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_origin, get_type_hints

from analysis.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

T = TypeVar("T")

_HEADER = re.compile(r"^\s*(\[{1,2})\s*([^\[\]]+?)\s*\]{1,2}\s*(#.*)?$")
_KEY = re.compile(r"^\s*([A-Za-z0-9_-]+|\"[^\"]*\")\s*=")
_NAMES = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}


def key_lines(text: str) -> dict[str, int]:
    """Return the line (from 1) of each key and table, by dotted path.

    Elements of an array of tables are numbered from 0: `pilots.0.name`. A key inside an inline
    table has the line of its table.
    """
    lines: dict[str, int] = {}
    elements: dict[str, int] = {}
    prefix = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            prefix = _open_table(header[2], elements, array=header[1] == "[[")
            lines[prefix] = number
        elif key := _KEY.match(line):
            name = key[1].strip('"')
            lines[f"{prefix}.{name}" if prefix else name] = number
    return lines


def _open_table(header: str, elements: dict[str, int], *, array: bool) -> str:
    """Return a table's dotted path, including the index of each array element."""
    names = [part.strip().strip('"') for part in header.split(".")]
    path = ""
    for depth, name in enumerate(names):
        path = f"{path}.{name}" if path else name
        if array and depth == len(names) - 1:
            elements[path] = elements.get(path, -1) + 1
        if path in elements:
            path = f"{path}.{elements[path]}"
    return path


@dataclass(frozen=True)
class SettingsFile:
    """The parsed file, with the line of each of its keys.

    Attributes
    ----------
    name
        File name for messages.
    content
        Content of the file, as nested dictionaries and lists.
    lines
        Line of each key, by dotted path.
    """

    name: str
    content: Mapping[str, Any]
    lines: Mapping[str, int]

    def place(self, path: str) -> str:
        """Return file, line and key, with the nearest enclosing table's line if necessary."""
        known = path
        while known and known not in self.lines:
            known = known.rpartition(".")[0]
        line = f", line {self.lines[known]}" if known else ""
        return f"{self.name}{line}" + (f", key '{path}'" if path else "")

    def read(self, kind: type[T], value: object = None, path: str = "") -> T:
        """Build the dataclass `kind` from the table at `path`.

        Raises
        ------
        ConfigurationError
            For an unknown or missing key, a value of the wrong type, or one that the dataclass
            itself rejects; with file, line and key.
        """
        table = self.content if value is None else value
        if not isinstance(table, dict):
            raise self._wrong_type(path, "a table", table)
        hints = get_type_hints(kind)
        required = {
            f.name
            for f in fields(kind)  # type: ignore[arg-type]  # a dataclass
            if f.default is MISSING and f.default_factory is MISSING
        }
        self._refuse_unknown(table, set(hints), path)
        for name in sorted(required - table.keys()):
            raise ConfigurationError(
                f"the key '{name}' is missing",
                place=self.place(path),
                remedy=f"add {name} = ... ({_described(hints[name])})",
            )
        values = {
            name: self._value(hints[name], item, f"{path}.{name}" if path else name)
            for name, item in table.items()
        }
        try:
            return kind(**values)
        except ConfigurationError as error:
            inner = f"{path}.{error.place}" if path and error.place else path or error.place
            raise ConfigurationError(
                error.what, place=self.place(inner), remedy=error.remedy
            ) from None

    def _refuse_unknown(self, table: Mapping[str, Any], known: set[str], path: str) -> None:
        for name in table:
            if name not in known:
                near = get_close_matches(name, known, n=1)
                listed = ", ".join(sorted(known))
                raise ConfigurationError(
                    f"the key '{name}' is not known here",
                    place=self.place(f"{path}.{name}" if path else name),
                    remedy=f"did you mean '{near[0]}'?" if near else f"known keys: {listed}",
                )

    def _value(self, hint: Any, value: object, path: str) -> Any:
        """Return `value` converted to the type `hint`, or raise an error."""
        if is_dataclass(hint) and isinstance(hint, type):
            return self.read(hint, {} if value is None else value, path)
        if get_origin(hint) is UnionType:  # may be left out, but not be empty
            return self._value(get_args(hint)[0], value, path)
        if get_origin(hint) is tuple:
            if not isinstance(value, list):
                raise self._wrong_type(path, _described(hint), value)
            inner = get_args(hint)[0]
            return tuple(self._value(inner, v, f"{path}.{i}") for i, v in enumerate(value))
        if get_origin(hint) is dict:
            if not isinstance(value, dict):
                raise self._wrong_type(path, "a table", value)
            inner = get_args(hint)[1]
            return {key: self._value(inner, v, f"{path}.{key}") for key, v in value.items()}
        if hint is float and type(value) is int:
            return float(value)
        # bool is an int in Python, but `true` is not a number to an author.
        if type(value) is not hint:
            raise self._wrong_type(path, _described(hint), value)
        return value

    def _wrong_type(self, path: str, wanted: str, value: object) -> ConfigurationError:
        return ConfigurationError(
            f"expected {wanted}, found {value!r}",
            place=self.place(path),
            remedy=f"write {wanted}",
        )


def _described(hint: Any) -> str:
    """Return a type in an author's words."""
    if get_origin(hint) is tuple:
        inner = get_args(hint)[0]
        return f"a list of {_NAMES.get(inner, 'tables')}"
    return _NAMES.get(hint, "a table")


def read_settings_file(path: Path) -> SettingsFile:
    """Parse a TOML file.

    Raises
    ------
    ConfigurationError
        If the file is missing, isn't UTF-8 or isn't TOML.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        raise ConfigurationError(
            "the file does not exist", place=str(path), remedy="restore it from version control"
        ) from None
    except UnicodeDecodeError as error:
        raise ConfigurationError(
            f"byte {error.start} is not UTF-8", place=str(path), remedy="save the file as UTF-8"
        ) from None
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(
            f"not valid TOML: {error}", place=str(path), remedy="correct the line named"
        ) from None
    return SettingsFile(str(path), content, key_lines(text))

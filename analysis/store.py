"""The store of results between a build and its chapters, trusted only if verified.

Each result is stored with its SHA-256; one that doesn't match, or is truncated, is ignored and
computed again.

Results are pickled. An exhibit is a dataclass around a table whose cells mix numbers, texts and
symbols such as `c`, whose columns are periods, categories or nullable integers, and whose values
must be restored to the last bit, since digests and figures are made from them. CSV and JSON lose
types and missing values, and Parquet and Arrow do not support columns of mixed cells: either would
need a custom format for each. So the dangers of pickle are removed instead: the reader builds only
the classes listed here and dataclasses of `analysis`, and rejects everything else. Nothing that
leaves the project is a pickle.
"""

from __future__ import annotations

import hashlib
import io
import json
import pickle
import shutil
import threading
from dataclasses import dataclass, is_dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from analysis.atomic_write import temporary_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

DIGESTS = "digests.json"
UNDER = "under"
"""The file with the digest of conditions of computation that are not in the key."""
SUFFIX = ".pickle"
_ONE_AT_A_TIME = threading.Lock()
# The constructors of tables, arrays and dates, none of which has side effects.
DATA: Mapping[str, frozenset[str]] = {
    "builtins": frozenset({"bytearray", "complex", "frozenset", "range", "set", "slice"}),
    "collections": frozenset({"OrderedDict", "defaultdict"}),
    "datetime": frozenset({"date", "datetime", "time", "timedelta", "timezone"}),
    "decimal": frozenset({"Decimal"}),
    "numpy": frozenset({"dtype", "ndarray"}),
    "numpy._core.multiarray": frozenset({"_reconstruct", "scalar"}),
    "numpy._core.numeric": frozenset({"_frombuffer"}),
    "pandas": frozenset(
        {
            "Categorical", "CategoricalDtype", "CategoricalIndex", "DataFrame", "DatetimeIndex",
            "Index", "Int64Dtype", "MultiIndex", "Period", "PeriodDtype", "PeriodIndex",
            "RangeIndex", "Series", "StringDtype", "Timedelta", "Timestamp",
        }
    ),
    "pandas._libs.arrays": frozenset({"NDArrayBacked", "__pyx_unpickle_NDArrayBacked"}),
    "pandas._libs.internals": frozenset({"_unpickle_block"}),
    "pandas._libs.tslibs.offsets": frozenset({"MonthEnd", "MonthBegin", "Day"}),
    "pandas._libs.tslibs.period": frozenset({"_unpickle_period"}),
    "pandas._libs.tslibs.timestamps": frozenset({"_unpickle_timestamp"}),
    "pandas.arrays": frozenset(
        {
            "ArrowStringArray", "BooleanArray", "Categorical", "DatetimeArray", "FloatingArray",
            "IntegerArray", "NumpyExtensionArray", "PeriodArray", "StringArray",
        }
    ),
    "pandas.core.indexes.base": frozenset({"_new_Index"}),
    "pandas.core.indexes.datetimes": frozenset({"_new_DatetimeIndex"}),
    "pandas.core.indexes.period": frozenset({"_new_PeriodIndex"}),
    "pandas.core.internals.managers": frozenset({"BlockManager", "SingleBlockManager"}),
    "pyarrow.lib": frozenset({"_restore_array", "py_buffer", "type_for_alias"}),
}  # fmt: skip
"""What a stored result may consist of, besides the dataclasses of `analysis`."""


class NotStored(Exception):
    """A result is not in the store, or is not intact."""


# The unpickler written in Python, since steps of the C one can't be overridden.
_Unpickler: Any = pickle._Unpickler


class _Reader(_Unpickler):  # type: ignore[misc]
    """Unpickler that reads data only, and rejects anything that could run code."""

    def __init__(self, data: bytes) -> None:
        super().__init__(io.BytesIO(data))
        self.classes: set[tuple[str, str]] = set()
        self._named: list[Any] = []

    def find_class(self, module: str, name: str) -> Any:
        """Return a class or function that a pickle names, if it is allowed."""
        if name in DATA.get(module, ()):
            found = super().find_class(module, name)
        elif module.startswith("analysis.") and "." not in name:
            found = super().find_class(module, name)
            if not (isinstance(found, type) and is_dataclass(found)):
                raise pickle.UnpicklingError(f"a result is not made of {module}.{name}")
            self.classes.add((module, name))
        else:
            raise pickle.UnpicklingError(f"a result is not made of {module}.{name}")
        self._named.append(found)
        return found

    def load_build(self) -> None:
        """Set the state of an object, but never of a class or function that a pickle names."""
        target = self.stack[-2]
        if isinstance(target, type) or any(target is named for named in self._named):
            raise pickle.UnpicklingError(f"a result is no state of {target!r}")
        super().load_build()

    dispatch: ClassVar[Mapping[int, Any]] = {
        **_Unpickler.dispatch, pickle.BUILD[0]: load_build
    }  # fmt: skip


def packed(value: Any) -> tuple[bytes, tuple[tuple[str, str], ...]]:
    """Return a result as bytes, and the project's classes that it contains.

    Raises
    ------
    pickle.UnpicklingError
        If it does not consist only of data, and so could not be read back.
    """
    data = pickle.dumps(value)
    reader = _Reader(data)
    reader.load()
    return data, tuple(sorted(reader.classes))


def unpacked(data: bytes) -> Any:
    """Return the result from its bytes.

    Raises
    ------
    NotStored
        If the bytes are not a valid result.
    """
    try:
        return _Reader(data).load()
    except Exception as error:  # invalid bytes can fail in any way
        raise NotStored(str(error)) from None


@dataclass(frozen=True)
class Store:
    """The results under one key.

    Parameters
    ----------
    folder
        The folder of the results.
    under
        A digest of the further conditions under which they must have been computed; None to trust
        the caller that names the folder, as the kernels of a build do.
    """

    folder: Path
    under: str | None = None

    @cached_property
    def _digests(self) -> Mapping[str, str]:
        try:
            said = (self.folder / UNDER).read_text(encoding="utf-8")
            if self.under is not None and said != self.under:
                return {}
            return dict(json.loads((self.folder / DIGESTS).read_bytes()))
        except (OSError, ValueError, TypeError):
            return {}

    def names(self) -> frozenset[str]:
        """Return the names of its results, which are not verified."""
        return frozenset(self._digests)

    def digest(self, names: Iterable[str]) -> str:
        """Return a digest of the named results, from their digests."""
        lines = [f"{name} {self._digests.get(name)}\n" for name in sorted(names)]
        return hashlib.sha256("".join(lines).encode()).hexdigest()

    def intact(self, names: Iterable[str]) -> bool:
        """Return whether the named results are all available, as they were written."""
        try:
            for name in names:
                self._read_bytes(name)
        except NotStored:
            return False
        return True

    def read(self, name: str) -> Any:
        """Return one result.

        Raises
        ------
        NotStored
            If it is missing or not intact.
        """
        return unpacked(self._read_bytes(name))

    def _read_bytes(self, name: str) -> bytes:
        try:
            data = (self.folder / f"{name}{SUFFIX}").read_bytes()
        except OSError as error:
            raise NotStored(f"{name}: {error}") from None
        if hashlib.sha256(data).hexdigest() != self._digests.get(name):
            raise NotStored(name)
        return data

    def read_all(self, names: Iterable[str]) -> dict[str, Any] | None:
        """Return the named results; None unless all of them are available."""
        wanted = list(names)
        if not self.names().issuperset(wanted):
            return None
        try:
            return {name: self.read(name) for name in wanted}
        except NotStored:
            return None

    def write(self, values: Mapping[str, Any]) -> None:
        """Write results, replacing the contents of this and neighbouring stores."""
        with _ONE_AT_A_TIME:
            self._write(values)

    def _write(self, values: Mapping[str, Any]) -> None:
        results = self.folder.parent
        for folder in (results.parent, results):
            private_folder(folder)
        place = temporary_path(self.folder)
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(mode=0o700)
        digests = {}
        for name, value in values.items():
            data = pickle.dumps(value)
            _Reader(data).load()  # a result that can't be read back is a bug
            (place / f"{name}{SUFFIX}").write_bytes(data)
            digests[name] = hashlib.sha256(data).hexdigest()
        (place / UNDER).write_text(self.under or "", encoding="utf-8")
        (place / DIGESTS).write_text(json.dumps(digests, indent=1), encoding="utf-8")
        for old in results.iterdir():
            if old != place:
                shutil.rmtree(old, ignore_errors=True)
        place.replace(self.folder)
        self.__dict__.pop("_digests", None)


def private_folder(folder: Path) -> None:
    """Create a folder readable only by its owner, or restrict it, for results of real data."""
    folder.mkdir(exist_ok=True, mode=0o700)
    folder.chmod(0o700)

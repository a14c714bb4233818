"""What code reads of which Python reports nothing: the clock, chance, a file opened by C or C++.

It is found in the code itself: in every definition that a node of the dataflow uses, each name from
a package is looked up in the lists below. A package that is on no list counts as read, because
nobody has looked at what it does.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from analysis import importing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from audit.trace.sources import Definition, Key, SourceIndex

READS_NOTHING = frozenset({
    "__future__", "abc", "ast", "bisect", "calendar", "cmath", "collections", "contextlib",
    "contextvars", "copy", "csv", "dataclasses", "decimal", "difflib", "enum", "fnmatch",
    "fractions", "functools", "graphlib", "great_expectations", "hamilton", "hashlib", "heapq",
    "html", "ibis", "io", "itertools", "json", "jsonschema", "keyword", "math", "matplotlib",
    "numbers", "open_data_contract_standard", "openpyxl", "operator", "pandas", "patsy", "pathlib",
    "re", "reprlib", "scipy", "seaborn", "statistics", "statsmodels", "string", "struct",
    "textwrap", "tokenize", "tomllib", "types", "typing", "unicodedata", "warnings", "weakref",
    "yaml", "zipfile", "zlib",
})  # fmt: skip
"""Packages that read nothing unless they are given its path, and then by Python's own functions."""
_PARTS = ("concurrent.futures", "datetime", "importlib.resources", "numpy", "os", "pyarrow",
          "shutil.rmtree", "sys.modules", "tempfile.TemporaryDirectory", "tempfile.mkdtemp",
          "xml.etree", "xml.parsers.expat")  # fmt: skip
"""Further modules, of which some names are listed below."""
_CLOCK = frozenset({"now", "today", "utcnow", "gmtime", "localtime", "last-modified"})
"""Names of functions that look at the clock, and texts that pandas and numpy take for them."""
_DATES = frozenset({"DatetimeIndex", "Period", "Timestamp", "datetime64", "to_datetime"})
_FACTS = frozenset({
    "lstat", "st_atime", "st_atime_ns", "st_birthtime", "st_ctime", "st_ctime_ns", "st_dev",
    "st_ino", "st_mtime", "st_mtime_ns", "getatime", "getctime", "getmtime", "samefile",
})  # fmt: skip
"""Facts about a file that do not follow from what it holds."""
_OF_OS = frozenset({"PathLike", "environ", "fsdecode", "fsencode", "fspath", "getenv", "linesep",
                    "listdir", "path", "scandir", "sep", "walk"})  # fmt: skip
_OF_A_SEED = frozenset({"BitGenerator", "Generator", "MT19937", "PCG64", "Philox", "SeedSequence",
                        "default_rng"})  # fmt: skip
_BY_C = frozenset({
    "read_feather", "read_hdf", "read_orc", "read_parquet", "read_sas", "read_spss", "read_sql",
    "read_xml", "read_html", "memory_map", "memmap", "connect", "ParquetFile", "ParquetDataset",
    "OSFile", "MemoryMappedFile", "dataset", "fs",
})  # fmt: skip
_IN_MEMORY = frozenset({"BufferReader", "BytesIO", "StringIO", "py_buffer"})
_COMPUTED = frozenset({"__import__", "compile", "eval", "exec", "globals", "id", "import_module"})
"""Functions whose result the code does not show, or that differs from run to run."""
_PERMITTED: Mapping[str, str] = {
    "analysis.extract.files.today": "it looks at the clock, and only to refuse a date",
    "analysis.importing": "it finds files of code, which are identified by their digests",
    "analysis.reads": "it reports what others read",
    "analysis.scale.engines": "it starts the engine that the settings name and waits for it; what "
    "the engine reads was written from the extract by the same node",
}
"""Modules that are not searched, and why."""
_OF_THE_EXTRACT = frozenset({
    ("analysis.scale.large_columns", "codes_of"), ("analysis.scale.large_table", "LargeTable"),
    ("analysis.scale.staging", "_parquet_blocks"),
})  # fmt: skip
"""What opens files by C++ that are the extract's own, or were written from it by the same node."""


class Unreported:
    """What definitions read without being seen to.

    Parameters
    ----------
    sources
        Definitions in the code.
    """

    def __init__(self, sources: SourceIndex) -> None:
        self._sources = sources
        self._known: dict[Key, tuple[str, ...]] = {}

    def __call__(self, module: str, name: str) -> list[str]:
        """Return what a definition, and all that it uses, reads: each with its place."""
        key = (module, name.partition(".")[0])
        if key not in self._known and key[0] not in self._sources.modules:
            return []
        found = [each for used in self._sources.closure(*key) for each in self._of(used)]
        return sorted({*found, *_on_import()})

    def _of(self, definition: Definition) -> tuple[str, ...]:
        key = definition.key
        if key[0] in _PERMITTED or key in _OF_THE_EXTRACT:
            return ()
        if key not in self._known:
            imports = self._sources.names_in(*key)
            reads = _reads(self._sources.syntax(*key), imports, self._sources.packages)
            place = definition.file
            self._known[key] = tuple(f"{what} ({place}:{line})" for line, what in reads)
        return self._known[key]


def _on_import() -> Iterator[str]:
    for module, paths in importing.READ_ON_IMPORT.items():
        yield from (f"{path} (when {module} is imported)" for path in sorted(paths))


def _reads(
    node: ast.stmt, imports: Mapping[str, str], own: tuple[str, ...]
) -> Iterator[tuple[int, str]]:
    """Yield line and name of what one definition reads."""
    given = {id(part.func): part for part in ast.walk(node) if isinstance(part, ast.Call)}
    inner = {id(part.value) for part in ast.walk(node) if isinstance(part, ast.Attribute)}
    for part in ast.walk(node):
        call = given.get(id(part))
        match part:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in _DATES:
                for text in {each.value for each in part.args if isinstance(each, ast.Constant)}:
                    if text in _CLOCK:
                        yield part.lineno, f"the clock, as '{text}'"
            case ast.Attribute(attr=name) if name in _CLOCK:
                yield part.lineno, f"the clock, by {name}"
            case ast.Attribute(attr=name) if name in _FACTS:
                yield part.lineno, f"a fact about a file, {name}"
            case ast.Attribute(attr="sample" | "rvs") if call and _is_unseeded(call):
                yield part.lineno, f"chance, by {part.attr} without random_state"
        if isinstance(part, ast.Name | ast.Attribute) and id(part) not in inner:
            what = _foreign(part, imports, own, call)
            if what:
                yield part.lineno, what
        if isinstance(part, ast.Name) and part.id in _COMPUTED - imports.keys() and call:
            yield part.lineno, f"whatever {part.id} returns"


def _foreign(
    part: ast.Name | ast.Attribute,
    imports: Mapping[str, str],
    own: tuple[str, ...],
    call: ast.Call | None,
) -> str:
    """Return what a name from a package reads; empty if nothing."""
    names: list[str] = []
    head: ast.expr = part
    while isinstance(head, ast.Attribute):
        names.insert(0, head.attr)
        head = head.value
    if not isinstance(head, ast.Name) or head.id not in imports:
        return ""
    full = ".".join([imports[head.id], *names])
    package, *rest = full.split(".")
    if package in own:
        return ""
    if package in READS_NOTHING or full.startswith(_PARTS):
        return _of_package(package, rest, call)
    return f"what {full} may read"


def _of_package(package: str, rest: list[str], call: ast.Call | None) -> str:
    full = ".".join([package, *rest])
    last = rest[-1] if rest else ""
    if package == "os" and rest and rest[0] not in _OF_OS:
        return f"the machine, by {full}"
    if package == "numpy" and rest[:1] == ["random"] and rest[1:]:
        seeded = last in _OF_A_SEED and (call is None or bool(call.args or call.keywords))
        return "" if seeded else f"chance, by {full}"
    if package == "pathlib" and last in ("cwd", "home"):
        return f"the machine, by {full}"
    by_c = last in _BY_C or (package in ("ibis", "pyarrow") and last.startswith(("read_", "open_")))
    if by_c and package in ("ibis", "numpy", "pandas", "pyarrow") and not _is_in_memory(call):
        return f"a file, by {full}, of which Python reports nothing"
    return ""


def _is_in_memory(call: ast.Call | None) -> bool:
    """Return whether the first argument of a call is made of bytes or text in memory."""
    first = call.args[0] if call and call.args else None
    if not isinstance(first, ast.Call):
        return False
    made = first.func
    name = made.attr if isinstance(made, ast.Attribute) else getattr(made, "id", "")
    return name in _IN_MEMORY


def _is_unseeded(call: ast.Call) -> bool:
    """Return whether a sample is drawn without saying by what."""
    return len(call.args) < 2 and "random_state" not in {each.arg for each in call.keywords}

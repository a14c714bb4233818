"""A small dataflow with every kind of code, and mutations of it.

Each mutation is one edit: of a constant, an operator, a default, a decorator, a method of a base
class, a name looked up elsewhere, a value in a file, or a setting. Results computed with the store
filled by the unedited dataflow are compared with results computed from scratch.
"""

from __future__ import annotations

import ast
import copy
import importlib
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hamilton import driver

from analysis.cache import Cache, digest_of
from analysis.incremental import Nodes, inputs_of
from analysis.undeclared_reads import Watch
from audit.trace.sources import SourceIndex
from report.reuse.code import Code

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = "small_flow"
MODULES = {
    "__init__.py": "",
    "nodes.py": '''"""Nodes."""
from pathlib import Path
from small_flow.reading import rows
from small_flow.fits import Fit, weighed as weight
from small_flow import tables

def schools(folder: Path) -> list:
    """Return the rows of a file."""
    return rows(folder / "schools.csv")

def events(folder: Path) -> list:
    return rows(folder / "events.csv", skip=0)

def pupils(schools: list) -> int:
    return sum(int(row[1]) for row in schools)  # whole numbers

def rate(events: list, pupils: int) -> float:
    return tables.PER * len(events) / pupils

def fit(rate: float, level: float) -> float:
    return Fit(level).rounded(rate)

def weighted(fit: float, pupils: int) -> float:
    return weight(fit, pupils)

def verdict(weighted: float, limit: float) -> str:
    return tables.WORDS["high"] if weighted > limit * tables.SCALE else tables.WORDS["low"]

def level(settings: dict) -> float:
    return settings["level"]

def limit(settings: dict) -> float:
    return settings["limit"]
''',
    "reading.py": '''"""Files."""
SEPARATOR = ","

def rows(path, skip=1):
    lines = path.read_text().splitlines()
    return [split(line) for line in lines[skip:] if line]

def split(line, separator=SEPARATOR):
    return line.split(separator)
''',
    "fits.py": '''"""Fits."""
from small_flow.base import Base
from small_flow.marks import doubled

FACTORS = {"one": 1.0, "two": 2.0}

class Fit(Base):
    digits = 3
    shift = 0.5

    def __init__(self, level):
        self.level = level

@doubled
def weighed(x, n, by=FACTORS["two"]):
    if n > 25:
        return x * by + n
    return x - by * n
''',
    "base.py": '''"""Base."""
class Base:
    step = 2

    def rounded(self, x):
        return round(x * self.level + self.shift, self.digits) * self.step
''',
    "marks.py": '''"""Decorators."""
from functools import wraps

TIMES = 2

def doubled(function):
    @wraps(function)
    def other(*given):
        return function(*given) * TIMES
    return other
''',
    "tables.py": '''"""Tables."""
PER = 1000
SCALE = 1
WORDS = {"high": "above", "low": "below"}
UNUSED = 7
''',
}
FILES = {
    "schools.csv": "school,pupils\na,10\nb,20\nc,30\n",
    "events.csv": "a,1\nb,2\nb,3\nc,4\n",
    "beside.txt": "nobody reads it",
}
SETTINGS = {"level": 1.5, "limit": 100.0, "unused": 1.0}
LOOSE = ("t.SCALE = 90", "t.WORDS['high'] = 'over'", "_ = t.WORDS.update(high='over')",
         "for t.SCALE in (90,): pass", "t.SCALE += 90", "del t.WORDS['high']",
         "setattr(t, 'PER', 1)", "X = setattr(t, 'PER', 1)")  # fmt: skip
"""Statements by which a module may modify another on import."""
ASKED = ("verdict", "weighted", "rate")


@dataclass(frozen=True)
class Mutation:
    """One edit.

    Attributes
    ----------
    kind
        What is edited.
    place
        Description of where.
    modules, files, settings
        The edited dataflow.
    conditions
        State of the interpreter and packages.
    """

    kind: str
    place: str
    modules: dict[str, str]
    files: dict[str, str]
    settings: dict[str, float]
    conditions: str = "as it was"


def mutations() -> Iterator[Mutation]:
    """Yield every mutation."""
    for name, text in MODULES.items():
        for kind, place, edited in _edits(text):
            yield Mutation(kind, f"{name}: {place}", {**MODULES, name: edited}, FILES, SETTINGS)
    for name, text in FILES.items():
        for at in range(len(text)):
            other = "7" if text[at].isdigit() and text[at] != "7" else "8"
            if text[at].isalnum():
                edited = {**FILES, name: text[:at] + other + text[at + 1 :]}
                yield Mutation("byte", f"{name}: byte {at}", MODULES, edited, SETTINGS)
        yield Mutation("row", name, MODULES, {**FILES, name: text + "d,40\n"}, SETTINGS)
        # A copy: the same text under a second name.
        yield Mutation("copy", name, MODULES, {**FILES, f"copy-{name}": text}, SETTINGS)
    for key, value in SETTINGS.items():
        yield Mutation("setting", key, MODULES, FILES, {**SETTINGS, key: value * 2})
    yield Mutation("package", "another version", MODULES, FILES, SETTINGS, "another")


def _edits(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield the edits of a module: kind, place and the edited text."""
    whole = ast.parse(text)
    for number, node in enumerate(ast.walk(whole)):
        for kind, change in _changes(node):
            other = copy.deepcopy(whole)
            target = list(ast.walk(other))[number]
            change(target)
            line = getattr(node, "lineno", 0)
            yield kind, f"line {line}, part {number}", ast.unparse(ast.fix_missing_locations(other))
    lines = text.splitlines(keepends=True)
    for at in range(1, len(lines) + 1):
        indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())] if at < len(lines) else ""
        edited = "".join([*lines[:at], f"{indent}# a comment\n", *lines[at:]])
        yield "comment", f"after line {at}", edited
    if text:
        for statement in LOOSE:
            yield (
                "loose statement",
                statement,
                f"{text}\nimport small_flow.tables as t\n{statement}\n",
            )
        yield "layout", "whole", ast.unparse(whole)


def _changes(node: ast.AST) -> Iterator[tuple[str, Any]]:
    match node:
        case ast.Constant(value=bool()):
            return
        case ast.Constant(value=int() | float()):
            yield "constant", lambda n: setattr(n, "value", n.value + 1)
            yield "constant", lambda n: setattr(n, "value", n.value * 10 + 3)
            yield "constant", lambda n: setattr(n, "value", 0)
        case ast.Constant(value=str()):
            yield "text", lambda n: setattr(n, "value", f"{n.value}x")
            yield "text", lambda n: setattr(n, "value", "")
        case ast.BinOp(op=ast.Add() | ast.Mult()):
            yield "operator", lambda n: setattr(n, "op", ast.Sub())
        case ast.Compare():
            yield "comparison", lambda n: setattr(n, "ops", [ast.LtE()])
        case ast.FunctionDef(decorator_list=[_, *_]):
            yield "decorator", lambda n: setattr(n, "decorator_list", [])
        case ast.ClassDef(bases=[_, *_]):
            yield "base class", lambda n: setattr(n, "bases", [])
        case ast.Return():
            yield "return", lambda n: setattr(n, "value", ast.Constant(1))


class SmallDataflow:
    """The dataflow in a folder, with a store filled by the unedited dataflow.

    Parameters
    ----------
    folder
        An empty folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filled = folder / "filled"
        self.compute(Mutation("none", "", MODULES, FILES, SETTINGS), self._filled)

    def judge(self, mutation: Mutation) -> dict[str, Any]:
        """Return whether a mutation leaves anything stale, and how many nodes were computed."""
        incremental, clean = self.folder / "incremental", self.folder / "clean"
        for store in (incremental, clean):
            shutil.rmtree(store, ignore_errors=True)
        shutil.copytree(self._filled, incremental)
        kept, computed = self.compute(mutation, incremental)
        fresh, every = self.compute(mutation, clean)
        return {
            "kind": mutation.kind, "place": mutation.place, "stale": kept != fresh,
            "changed": fresh != self.before, "computed": computed, "of": every,
        }  # fmt: skip

    @property
    def before(self) -> str:
        """Results of the unedited dataflow."""
        return self._before

    def compute(self, mutation: Mutation, store: Path) -> tuple[str, int]:
        """Return the results of a dataflow with a store, and how many nodes were computed."""
        root = self.folder / "project"
        shutil.rmtree(root, ignore_errors=True)
        for name, text in mutation.modules.items():
            _write(root / PACKAGE / name, text)
        for name, text in mutation.files.items():
            _write(root / "data" / name, text)
        for name in [one for one in sys.modules if one.partition(".")[0] == PACKAGE]:
            del sys.modules[name]
        sys.path.insert(0, str(root))
        sys.dont_write_bytecode, before = True, sys.dont_write_bytecode
        importlib.invalidate_caches()
        try:
            return self._run(mutation, root, store)
        finally:
            sys.path.remove(str(root))
            sys.dont_write_bytecode = before

    def _run(self, mutation: Mutation, root: Path, store: Path) -> tuple[str, int]:
        code = Code(SourceIndex(root, (PACKAGE,)))
        files = {f"data/{name}": digest_of(text) for name, text in mutation.files.items()}
        given = {"folder": root / "data", "settings": mutation.settings}
        try:
            module = importlib.import_module(f"{PACKAGE}.nodes")
            graph = driver.Builder().with_modules(module).build().graph.nodes
            nodes = Nodes(
                graph, inputs_of(given, root, root / "data", files, code), code=code,
                conditions=mutation.conditions, cache=Cache(store, ".pickle"),
                uncached=lambda name: name == "events", watch=Watch(),
            )  # fmt: skip
            values = repr([nodes.value(name) for name in ASKED])
            computed = len(nodes.computed)
        except Exception as error:  # an edit may break the code; both runs must then fail alike
            values, computed = f"{type(error).__name__}: {error}", 0
        if mutation.kind == "none":
            self._before = values
        return values, computed


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")

"""Find the modules whose functions are steps of the dataflow, a study's own among them."""

from __future__ import annotations

import inspect
import pkgutil
import sys
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from analysis import dataflow, exhibits
from analysis.errors import ConfigurationError
from analysis.importing import OWN, importing_from

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import ModuleType

_NO_NODES = (
    "analysis.dataflow.graph",
    "analysis.dataflow.step_modules",
    "analysis.dataflow.disclosure_paths",
    "analysis.exhibits.families",
    "analysis.exhibits.parts.",
)
"""Modules of these packages whose functions are not nodes of the graph."""

_SET_ASIDE: dict[str, dict[str, ModuleType]] = {}
"""Modules of other studies' own packages, by folder, while another study's are in their place."""


def modules(own: Path | None = None) -> tuple[ModuleType, ...]:
    """Return the modules whose functions make up the graph.

    Every module of `analysis.dataflow` and `analysis.exhibits` is included automatically, and so
    is every module of a study's own package of exhibits.

    Parameters
    ----------
    own
        Folder of that package; None if the study has none.
    """
    return (*_of_any_study(), *(_within(load_study_package(own)) if own else ()))


@lru_cache(maxsize=1)
def _of_any_study() -> tuple[ModuleType, ...]:
    return tuple(module for package in (dataflow, exhibits) for module in _within(package))


def _within(package: ModuleType) -> list[ModuleType]:
    """Return the modules of a package that have nodes, sorted by name."""
    found = (
        each.name
        for each in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        if not each.ispkg and not each.name.startswith(_NO_NODES)
    )
    return [import_module(name) for name in sorted(found)]


def load_study_package(folder: Path) -> ModuleType:
    """Import a study's own package of exhibits, and set another study's aside."""
    loaded = sys.modules.get(OWN)
    if loaded is not None and Path(loaded.__path__[0]).resolve() != folder.resolve():
        names = [each for each in sys.modules if each.partition(".")[0] == OWN]
        _SET_ASIDE[str(Path(loaded.__path__[0]).resolve())] = {
            each: sys.modules.pop(each) for each in names
        }
        sys.modules.update(_SET_ASIDE.pop(str(folder.resolve()), {}))
    with importing_from(folder.parent):
        return import_module(OWN)


def untyped(found: Iterable[ModuleType], root: Path) -> ConfigurationError | None:
    """Return an error that names the first function without a type for each value; None if none."""
    for module in found:
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if name.startswith("_") or function.__module__ != module.__name__:
                continue
            wanted = [*inspect.signature(function).parameters, "return"]
            if lacking := [each for each in wanted if each not in function.__annotations__]:
                code = inspect.unwrap(function).__code__
                file = Path(code.co_filename)
                place = file.relative_to(root) if file.is_relative_to(root) else file
                return ConfigurationError(
                    f"{name} gives no type for {' and '.join(lacking)}",
                    place=f"{place}:{code.co_firstlineno}",
                    remedy="every step of the dataflow states the types of what it takes and "
                    "returns; begin the name of a helper with an underscore",
                )
    return None

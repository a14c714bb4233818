"""The project's own code as definitions, and the definitions that each one uses.

This is static analysis: the code is read, never executed. A definition is a function, a class or
an assignment at the top level of a module. It uses every name in its body, decorators, defaults
and annotations; a class counts as a whole. So a closure may contain more than a run would use,
but never less, unless a name is computed, which this project does not do.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.importing import OWN, package_folder
from audit.trace.syntax import (
    defined_names,
    definition_digest,
    imported_names,
    imports_in,
    parts,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

Key = tuple[str, str]
"""Module and name of a definition."""


@dataclass(frozen=True)
class Definition:
    """One function, class or assignment at the top level of a module.

    Attributes
    ----------
    module, name
        Its module and its name.
    file
        Path from the project's root, with forward slashes.
    first, last
        Its lines, decorators included, counted from 1.
    digest
        SHA-256 of its code without comments, docstrings and layout.
    """

    module: str
    name: str
    file: str
    first: int
    last: int
    digest: str

    @property
    def key(self) -> Key:
        """Module and name."""
        return self.module, self.name


@dataclass(frozen=True)
class SourceIndex:
    """The definitions in some packages below one folder.

    Parameters
    ----------
    root
        The study's folder. A package that it does not contain is the program's.
    packages
        Names of the packages to read.
    """

    root: Path
    packages: tuple[str, ...] = ("analysis", OWN)

    @cached_property
    def modules(self) -> dict[str, _Module]:
        """Every module of the packages, by dotted name."""
        found = {}
        for package in self.packages:
            folder = package_folder(self.root, package)
            for path in sorted((folder / package).rglob("*.py")):
                parts = path.relative_to(folder).with_suffix("").parts
                name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
                found[name] = _read_module(folder, path, name)
        return found

    @cached_property
    def _used(self) -> dict[Key, set[Key]]:
        # Closures overlap, so the uses of each definition are computed only once.
        return {}

    @cached_property
    def _closures(self) -> dict[Key, tuple[Definition, ...]]:
        return {}

    def definition(self, module: str, name: str) -> Definition:
        """Return one definition.

        Raises
        ------
        KeyError
            If the module does not define that name.
        """
        return self.modules[module].definitions[name][0]

    def closure(self, module: str, name: str) -> tuple[Definition, ...]:
        """Return all definitions that one uses directly or indirectly, and itself, sorted."""
        start = (module, name)
        if start in self._closures:
            return self._closures[start]
        seen: dict[Key, Definition] = {}
        waiting = [start]
        while waiting:
            key = waiting.pop()
            if key in seen:
                continue
            seen[key] = self.definition(*key)
            waiting.extend(self.uses(*key))
        self._closures[start] = tuple(seen[key] for key in sorted(seen))
        return self._closures[start]

    def uses(self, module: str, name: str, among: Collection[str] | None = None) -> set[Key]:
        """Return the definitions that one definition refers to, optionally only by some names."""
        key = (module, name)
        if among is not None:
            home = self.modules[module]
            return self._uses(home, home.definitions[name][1], among)
        if key not in self._used:
            home = self.modules[module]
            self._used[key] = self._uses(home, home.definitions[name][1])
        return self._used[key]

    def named(self, module: str, statement: ast.stmt) -> set[Key]:
        """Return the definitions to which a top-level statement of a module refers."""
        return self._uses(self.modules[module], statement)

    def syntax(self, module: str, name: str) -> ast.stmt:
        """Return the syntax tree of one definition."""
        return self.modules[module].definitions[name][1]

    def names_in(self, module: str, name: str) -> dict[str, str]:
        """Return the names that imports bind in a definition, with what they refer to."""
        home = self.modules[module]
        return {**home.imports, **imports_in(self.syntax(module, name), home.name)}

    def unresolved(self, module: str, name: str) -> set[str]:
        """Return dotted names in these packages that a definition uses but that are not defined.

        Modules are left out, because the names taken from them are listed themselves.
        """
        home, node = self.modules[module], self.syntax(module, name)
        imports = {**home.imports, **imports_in(node, home.name)}
        found = set()
        for chain in parts(node).chains:
            stands_for = ".".join([imports.get(chain[0], ""), *chain[1:]])
            own = stands_for.partition(".")[0] in self.packages
            a_module = stands_for in self.modules
            if own and not a_module and self._resolve(home, imports, chain) is None:
                found.add(stands_for)
        return found

    def _uses(
        self, module: _Module, node: ast.stmt, among: Collection[str] | None = None
    ) -> set[Key]:
        imports = {**module.imports, **imports_in(node, module.name)}
        used = set()
        for chain in parts(node).chains:
            if among is not None and chain[0] not in among:
                continue
            target = self._resolve(module, imports, chain)
            if target is not None:
                used.add(target)
        return used

    def _resolve(
        self, module: _Module, imports: dict[str, str], chain: tuple[str, ...]
    ) -> Key | None:
        """Resolve a dotted name to a definition of the project; None if it is not one."""
        head, *rest = chain
        if head in module.definitions and head not in imports:
            return module.name, head
        if head not in imports:
            return None
        parts = [*imports[head].split("."), *rest]
        for length in range(len(parts) - 1, 0, -1):
            owner = ".".join(parts[:length])
            if owner in self.modules:
                return self._follow(owner, parts[length])
        return None

    def _follow(self, owner: str, name: str) -> Key | None:
        """Resolve a name that a package only re-exports to its definition."""
        module = self.modules[owner]
        if name in module.definitions:
            return owner, name
        # A package that imports one of its own modules does not define it.
        if module.imports.get(name, f"{owner}.{name}") != f"{owner}.{name}":
            return self._resolve(module, module.imports, (name,))
        return None


@dataclass(frozen=True)
class _Module:
    name: str
    definitions: dict[str, tuple[Definition, ast.stmt]]
    imports: dict[str, str]
    statements: tuple[ast.stmt, ...]


def _read_module(root: Path, path: Path, name: str) -> _Module:
    tree = ast.parse(path.read_text(encoding="utf-8"), filename=path.name)
    file = path.relative_to(root).as_posix()
    imports = imported_names(tree.body, name, path)
    definitions: dict[str, tuple[Definition, ast.stmt]] = {}
    for statement in tree.body:
        for defined in defined_names(statement):
            found = _definition(statement, imports, name, defined, file)
            definitions[defined] = (found, statement)
    return _Module(name, definitions, imports, tuple(tree.body))


def _definition(
    statement: ast.stmt, imports: Mapping[str, str], module: str, name: str, file: str
) -> Definition:
    decorators = getattr(statement, "decorator_list", [])
    first = min([statement.lineno, *(d.lineno for d in decorators)])
    last = statement.end_lineno or statement.lineno
    return Definition(module, name, file, first, last, definition_digest(statement, imports))

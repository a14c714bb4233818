"""Digest of the code that a function or class uses, without comments and docstrings.

It is read from the files, like lineage. If a name cannot be resolved to its definition, the
whole package counts.
"""

from __future__ import annotations

import ast
from functools import cached_property
from typing import TYPE_CHECKING

from analysis.cache import digest_of
from analysis.importing import OWN
from audit.trace.sources import SourceIndex
from audit.trace.syntax import defined_names, syntax_digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from audit.trace.sources import Key

PACKAGES = ("analysis", OWN)
_CHANGES = frozenset(
    {"add", "append", "clear", "extend", "insert", "pop", "popitem", "register", "remove",
     "reverse", "setdefault", "sort", "update"}
)  # fmt: skip
"""Methods that change their object or register something in it."""
_ACTS = ("delattr", "eval", "exec", "globals", "setattr", "vars")
_HOOKS = ("__class_getitem__", "__init_subclass__", "__set_name__")
"""Methods that Python calls when another class or attribute is defined."""


class Code:
    """Digests of the project's code.

    Parameters
    ----------
    sources
        Definitions in the code.
    """

    def __init__(self, sources: SourceIndex) -> None:
        self.sources = sources
        self._known: dict[Key, str] = {}
        self._followed: dict[Key, bool] = {}

    def __call__(self, module: str, name: str) -> str:
        """Return a digest of one definition and of everything that it uses."""
        key = (module, name.partition(".")[0])
        if key not in self._known:
            self._known[key] = self._digest(*key)
        return self._known[key]

    def _digest(self, module: str, name: str) -> str:
        found = self.sources.modules.get(module)
        if found is None or name not in found.definitions:
            return self._everything
        reached = self.sources.closure(module, name)
        parts = [f"{each.module}.{each.name} {each.digest}" for each in reached]
        if any(self._lost(*each.key) for each in reached):
            parts.append(self._everything)
        return digest_of(*parts, self._loose)

    def _lost(self, module: str, name: str) -> bool:
        """Return whether a definition refers to something in the project that is not resolved."""
        key = (module, name)
        if key not in self._followed:
            self._followed[key] = not self.sources.unresolved(module, name)
        return not self._followed[key]

    @cached_property
    def _everything(self) -> str:
        return digest_of(
            *(
                f"{name}.{defined} {found.digest}"
                for name, module in sorted(self.sources.modules.items())
                for defined, (found, _) in sorted(module.definitions.items())
            ),
            self._loose,
        )

    @cached_property
    def _loose(self) -> str:
        """Digest of what modules execute on import, besides defining each name once.

        This may change what any other module has defined, so it counts for every definition.
        """
        return digest_of(*self._loose_code())

    def _loose_code(self) -> Iterator[str]:
        for name, module in sorted(self.sources.modules.items()):
            for statement in loose_statements(module.statements, self.sources.packages):
                yield f"{name}: {syntax_digest(statement)}"
                for key in sorted(self.sources.named(name, statement)):
                    yield from (each.digest for each in self.sources.closure(*key))


def loose_statements(statements: Iterable[ast.stmt], packages: Iterable[str]) -> Iterator[ast.stmt]:
    """Yield the top-level statements of a module that may do more than define a name.

    These are statements that define nothing; a second value of a name; an assignment to part of an
    object; a definition that calls what changes its object; and one with a decorator or metaclass
    from the project's own code, which may register it.
    """
    defined: set[str] = set()
    own: set[str] = set()
    for statement in statements:
        names = set(defined_names(statement))
        text = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        again = names & defined or isinstance(statement, ast.AugAssign)
        defined |= names
        if isinstance(statement, ast.Import | ast.ImportFrom):
            own |= _imported_from(statement, packages)
        elif isinstance(statement, ast.If) and ast.unparse(statement.test) == "TYPE_CHECKING":
            continue
        elif again or not (text or names) or _may_act(statement, own | defined):
            yield statement


def _imported_from(statement: ast.Import | ast.ImportFrom, packages: Iterable[str]) -> set[str]:
    if isinstance(statement, ast.ImportFrom):
        own = statement.level or str(statement.module).partition(".")[0] in packages
        return {alias.asname or alias.name for alias in statement.names} if own else set()
    return {
        (alias.asname or alias.name).partition(".")[0]
        for alias in statement.names
        if alias.name.partition(".")[0] in packages
    }


def _may_act(statement: ast.stmt, own: set[str]) -> bool:
    """Return whether a definition may change something else, given the project's own names."""
    targets = getattr(statement, "targets", [getattr(statement, "target", None)])
    if any(isinstance(n, ast.Attribute | ast.Subscript) for t in targets if t for n in ast.walk(t)):
        return True
    decorators = [_head(each) for each in getattr(statement, "decorator_list", [])]
    classes = [_head(each.value) for each in getattr(statement, "keywords", [])]
    if own & {*decorators, *classes}:
        return True
    calls = (part.func for part in _at_import(statement) if isinstance(part, ast.Call))
    return any(_changes(called, own) for called in calls) or any(
        isinstance(part, ast.FunctionDef) and part.name in _HOOKS for part in ast.walk(statement)
    )


def _changes(called: ast.expr, own: set[str]) -> bool:
    """Return whether a call during import may change something."""
    if isinstance(called, ast.Attribute) and called.attr in _CHANGES:
        return True
    head = _head(called)
    # By PEP 8, the names of classes begin with a capital letter.
    return head in _ACTS or (head in own and not head.lstrip("_")[:1].isupper())


def _head(node: ast.expr) -> str:
    """Return the first name in a decorator, call or dotted name."""
    while isinstance(node, ast.Attribute | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _at_import(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the parts of a statement that are executed when its module is imported."""
    yield node
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        inside: Iterable[ast.AST] = [node.args, *getattr(node, "decorator_list", [])]
    else:
        inside = ast.iter_child_nodes(node)
    for each in inside:
        yield from _at_import(each)


def code_of(root: Path) -> Code:
    """Return the digests of the code that computes, from its files as they are now."""
    return Code(SourceIndex(root, PACKAGES))

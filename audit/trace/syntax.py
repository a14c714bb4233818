"""What is read off a piece of code by its syntax alone: names, imports, and a digest."""

from __future__ import annotations

import ast
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path


def defined_names(statement: ast.stmt) -> list[str]:
    """Return the names that a top-level statement of a module defines."""
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return [statement.name]
        case ast.Assign():
            targets: list[ast.expr] = statement.targets
        case ast.AnnAssign() | ast.AugAssign():
            targets = [statement.target]
        case _:
            return []
    return [n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name)]


def imported_names(body: Iterable[ast.stmt], name: str, path: Path) -> dict[str, str]:
    """Return the names that the imports of a module bind, with what they refer to."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    imports: dict[str, str] = {}
    for statement in body:
        imports.update(imports_in(statement, package))
    return imports


def definition_digest(statement: ast.stmt, imports: Mapping[str, str]) -> str:
    """Return a digest of a definition and of what the imported names in it refer to.

    Otherwise `from scipy.special import digamma as gammaln` would equal `import gammaln`.
    """
    used = {chain[0] for chain in parts(statement).chains if len(chain) == 1}
    meant = [f"{name}={imports[name]}" for name in sorted(used & imports.keys())]
    own = syntax_digest(statement)
    return hashlib.sha256("\n".join([own, *meant]).encode()).hexdigest() if meant else own


def syntax_digest(node: ast.AST) -> str:
    """Return the SHA-256 of code in normalised form, without docstrings."""
    bodies = [(each, each.body) for each in parts(node).documented]
    for each, body in bodies:
        each.body = body[1:] or [ast.Pass()]
    try:
        return hashlib.sha256(ast.unparse(node).encode()).hexdigest()
    finally:
        for each, body in bodies:
            each.body = body


@dataclass(frozen=True)
class Parts:
    """What is read off a piece of code, all in one pass.

    Attributes
    ----------
    chains
        Every dotted name in it, including annotations written as strings.
    imports
        Its imports, wherever they are.
    documented
        Its functions and classes that have a docstring.
    """

    chains: frozenset[tuple[str, ...]]
    imports: tuple[ast.Import | ast.ImportFrom, ...]
    documented: tuple[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, ...]


def parts(node: ast.AST) -> Parts:
    """Return the parts of a piece of code, which is read once and not with `ast.walk` each time."""
    known = node.__dict__.get("parts_read")
    if isinstance(known, Parts):
        return known
    chains: set[tuple[str, ...]] = set()
    imports: list[ast.Import | ast.ImportFrom] = []
    documented: list[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef] = []
    every = [node]
    for part in every:  # which grows
        if isinstance(part, ast.Name):
            chains.add((part.id,))
            continue
        if isinstance(part, ast.Attribute):
            chains.update(filter(None, [_dotted(part)]))
        elif isinstance(part, ast.Import | ast.ImportFrom):
            imports.append(part)
        elif isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            first = part.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                documented.append(part)
        for name in part._fields:
            value = getattr(part, name)
            if isinstance(value, list):
                every += [each for each in value if isinstance(each, ast.AST)]
            elif isinstance(value, ast.AST):
                every.append(value)
    found = Parts(frozenset(chains), tuple(imports), tuple(documented))
    node.__dict__["parts_read"] = found
    return found


def imports_in(node: ast.AST, package: str) -> dict[str, str]:
    """Return the names that imports anywhere in a node bind, with what they refer to."""
    bound = {}
    for part in parts(node).imports:
        if isinstance(part, ast.Import):
            for alias in part.names:
                target = alias.name if alias.asname else alias.name.partition(".")[0]
                bound[alias.asname or target] = target
        else:
            base = package.split(".")[: len(package.split(".")) - part.level + 1]
            prefix = [*base, part.module or ""] if part.level else [part.module or ""]
            owner = ".".join(p for p in prefix if p)
            for alias in part.names:
                bound[alias.asname or alias.name] = f"{owner}.{alias.name}"
    return bound


def _dotted(node: ast.expr) -> tuple[str, ...] | None:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return (node.id, *reversed(parts)) if isinstance(node, ast.Name) else None

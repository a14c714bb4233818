"""Words that a function may mention: strings and names in all code that it may call.

Narrower than the closure used for caching: a parameter with the same name as a function of the
module does not refer to it. Cache keys never depend on this.
"""

from __future__ import annotations

import ast
import symtable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from audit.trace.sources import Key, SourceIndex


@dataclass(frozen=True)
class Mentions:
    """The words of each definition and of the definitions to which it refers as globals.

    Parameters
    ----------
    sources
        The project's code.
    """

    sources: SourceIndex

    @cached_property
    def _named(self) -> dict[Key, frozenset[Key]]:
        return {}

    @cached_property
    def _words(self) -> dict[Key, frozenset[str]]:
        return {}

    def words(self, module: str, name: str) -> frozenset[str]:
        """Return the strings, attributes and keywords of a definition and of all that it uses."""
        start = (module, name)
        if start not in self._words:
            seen: set[Key] = set()
            waiting = [start]
            while waiting:
                key = waiting.pop()
                if key not in seen:
                    seen.add(key)
                    waiting.extend(self.named(*key))
            found = (words_of(self.sources.syntax(*key)) for key in seen)
            self._words[start] = frozenset().union(*found)
        return self._words[start]

    def named(self, module: str, name: str) -> frozenset[Key]:
        """Return the definitions to which a definition refers by names that it does not bind."""
        key = (module, name)
        if key not in self._named:
            loaded = global_names(self.sources.syntax(module, name))
            self._named[key] = frozenset(self.sources.uses(module, name, loaded))
        return self._named[key]


def global_names(statement: ast.stmt) -> frozenset[str]:
    r"""Return the names that a top-level statement takes from outside itself.

    They include the names that it imports itself and those in annotations.

    Examples
    --------
    >>> code = "def total(items):\n    return share(items) + sum(x for x in items)"
    >>> sorted(global_names(ast.parse(code).body[0]))
    ['share', 'sum', 'total']
    """
    top = symtable.symtable(ast.unparse(statement), "definition", "exec")
    found: set[str] = set()
    waiting = [top]
    while waiting:
        scope = waiting.pop()
        waiting.extend(scope.get_children())
        outside = (s for s in scope.get_symbols() if scope is top or s.is_global())
        found.update(symbol.get_name() for symbol in outside)
    for part in ast.walk(statement):
        match part:
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                found.update((each.asname or each.name).partition(".")[0] for each in names)
            case ast.arg(annotation=ast.expr() as said) | ast.AnnAssign(annotation=said):
                found.update(_names(said))
            case ast.FunctionDef(returns=ast.expr() as said):
                found.update(_names(said))
    return frozenset(found)


def words_of(node: ast.AST) -> set[str]:
    """Return the words that may name a column: strings, attributes and keywords."""
    found: set[str] = set()
    for part in ast.walk(node):
        match part:
            case ast.Constant(value=str(text)):
                found.add(text)
            case ast.Attribute(attr=name) | ast.keyword(arg=str(name)):
                found.add(name)
    return found


def _names(annotation: ast.expr) -> set[str]:
    return {part.id for part in ast.walk(annotation) if isinstance(part, ast.Name)}

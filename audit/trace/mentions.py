"""What a function could name: the texts of all code that it may run, names bound where they are.

Narrower than the closure that results are kept under: a parameter that happens to be called like a
function of the module is not that function. Keys of the store never rest on this.
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
    """The words of each definition and of the definitions that it names as globals.

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
        """Return the texts, attributes and keywords of a definition and of all that it reaches."""
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
        """Return the definitions that one definition names where the name is not bound within."""
        key = (module, name)
        if key not in self._named:
            loaded = global_names(self.sources.syntax(module, name))
            self._named[key] = frozenset(self.sources.uses(module, name, loaded))
        return self._named[key]


def global_names(statement: ast.stmt) -> frozenset[str]:
    r"""Return the names that a statement at the top of a module takes from outside itself.

    Names that it imports itself, and those of annotations, are among them.

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
    """Return what could name a column: each text, attribute, keyword and parameter."""
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

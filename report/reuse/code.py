"""The code that a function or class reaches, by a digest that comments and docstrings leave alone.

Read from the files, as lineage is. Where a name cannot be followed to its definition, all of the
package that it is looked up in counts.
"""

from __future__ import annotations

import ast
from functools import cached_property
from typing import TYPE_CHECKING

from analysis.kept import digest_of
from audit.trace.sources import SourceIndex, defined_names

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from audit.trace.sources import Key

PACKAGE = "analysis"
_QUIET = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class Code:
    """Digests of the project's code.

    Parameters
    ----------
    sources
        Its definitions.
    """

    def __init__(self, sources: SourceIndex) -> None:
        self.sources = sources
        self._known: dict[Key, str] = {}

    def __call__(self, module: str, name: str) -> str:
        """Return a digest of one definition and of all that it reaches."""
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
        """Whether a definition names something of the project that can't be followed."""
        return any(self.sources.unresolved(module, name))

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
        """A digest of what modules do while they are imported, besides defining each name once.

        It may change what any other module has defined, and so counts for every definition.
        """
        return digest_of(*self._statements())

    def _statements(self) -> Iterator[str]:
        for name in sorted(self.sources.modules):
            defined: set[str] = set()
            for statement in self.sources.modules[name].statements:
                text = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
                names = set(defined_names(statement))
                again = names & defined or isinstance(statement, ast.AugAssign)
                defined |= names
                if again or not (text or names or isinstance(statement, _QUIET)):
                    yield f"{name}: {ast.unparse(statement)}"


def code_of(root: Path) -> Code:
    """Return the digests of the code that computes, as its files have it now."""
    return Code(SourceIndex(root, (PACKAGE,)))

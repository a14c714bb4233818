"""Find chapters that only show exhibits, so that their output depends only on these.

Any other code may read a file, the clock or a random number, and is run in every build.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from report.exhibit_references import NAMESPACES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from press.chapter.chapter import Chapter

IMPORTED: dict[str, frozenset[str]] = {
    "analysis.book": frozenset({*NAMESPACES, "run"}),
    "audit.documents.formats_and_standards": frozenset({"forms", "standards"}),
    "audit.documents.appendix": frozenset({"built_from", "exhibits_shown"}),
    "audit.documents.certificate": frozenset({"certificate", "limits"}),
    "audit.documents.lists": frozenset({"floats_shown"}),
}
"""Names that such a cell may import: exhibits, and documents made from the ledger."""
DOCUMENTS = {name: module for module, names in IMPORTED.items() if module.startswith("audit.")
             for name in names}  # fmt: skip
"""Functions that return such a document, with their modules."""
RUN = "run"


def shows_only(chapter: Chapter) -> bool:
    """Return whether a chapter's code only shows exhibits, documents and results."""
    return None not in shown(chapter)


def shown(chapter: Chapter) -> list[tuple[str, ...] | None]:
    """Return what a chapter's code shows, in order.

    Returns
    -------
    list of tuple of str, or None
        Kind and name: a kind of exhibit and the exhibit, ``"run"`` and a result, or the module of
        a document and its function, followed by its string arguments. None stands for any other
        code.
    """
    found: list[tuple[str, ...] | None] = []
    for cell in chapter.cells:
        found.extend(_shown(cell.source))
    for inline in chapter.inlines:
        found.extend(_shown(inline.expression))
    return found


def _shown(source: str) -> Iterator[tuple[str, ...] | None]:
    try:
        tree = ast.parse(source.strip())
    except (SyntaxError, ValueError):
        yield None
        return
    for statement in tree.body:
        yield from shown_by(statement)


def shown_by(statement: ast.stmt) -> Iterator[tuple[str, ...] | None]:
    """Yield what one statement shows, as in `shown`; nothing for an import of what shows it."""
    match statement:
        case ast.ImportFrom(module=str(module), names=names, level=0):
            asked = {alias.name for alias in names if alias.asname is None}
            if len(asked) < len(names) or not asked <= IMPORTED.get(module, frozenset()):
                yield None
        case ast.Expr(value=ast.Attribute(value=ast.Name(id=space), attr=name)):
            yield (space, name) if space in NAMESPACES and name[:1] != "_" else None
        case ast.Expr(value=ast.Call(func=ast.Name(id=name), args=given, keywords=[])):
            yield _document(name, given)
        case ast.Assign(targets=[ast.Name(id=bound)], value=value):
            free = bound not in (*NAMESPACES, *DOCUMENTS, RUN)
            yield _result(value) if free else None
        case _:
            yield None


def _document(name: str, given: list[ast.expr]) -> tuple[str, ...] | None:
    texts = [each.value for each in given if isinstance(each, ast.Constant)]
    plain = [text for text in texts if isinstance(text, str)]
    known = name in DOCUMENTS and len(plain) == len(given)
    return (DOCUMENTS[name], name, *plain) if known else None


def _result(value: ast.expr) -> tuple[str, str] | None:
    match value:
        case ast.Call(func=ast.Name(id="run"), args=[ast.Constant(value=str(name))], keywords=[]):
            return RUN, name
    return None

"""The interface for chapters: every exhibit by kind and name.

from analysis.book import claims, figures, numbers, run, tables
figures.effect_forest      # a figure that displays itself
tables.effect_table        # so does a table
numbers.schools_lambeth    # a number in a sentence
claims.intervals_are_wide  # a sentence that is printed only while its evidence supports it
run("contract_results")    # a result that is not an exhibit
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from analysis.errors import ChapterFailed
from analysis.evaluation import current
from analysis.exhibits.parts.exhibit import KINDS, kind_of

if TYPE_CHECKING:
    from analysis.exhibits.parts.markdown import Shown


class Named:
    """The exhibits of one kind, by name.

    Parameters
    ----------
    kind
        ``"figure"``, ``"table"``, ``"number"`` or ``"claim"``.
    """

    def __init__(self, kind: str) -> None:
        self._kind = kind

    def __getattr__(self, name: str) -> Shown:
        """Return the exhibit of that name.

        Raises
        ------
        ChapterFailed
            If there is none, with the closest names, or if it is of another kind.
        """
        if name.startswith("_"):
            raise AttributeError(name)
        found = current().shown(name)
        check_kind(name, self._kind, kind_of(type(found.exhibit)))
        return found

    def __dir__(self) -> list[str]:
        """Return the names of this kind, for completion in an editor."""
        from analysis.dataflow import graph

        built = graph.build(current().root)
        return [
            name for name in graph.exhibit_names(built) if graph.kind(built, name) == self._kind
        ]


def check_kind(name: str, asked: str, kind: str, place: str = "") -> None:
    """Raise an error if an exhibit is requested as one kind and is another.

    Parameters
    ----------
    name
        The exhibit.
    asked, kind
        The kind that is requested, and its actual kind; empty for a result that is not an exhibit.
    place
        The chapter and line, if known.
    """
    if asked == kind:
        return
    if kind not in KINDS.values():
        raise ChapterFailed(
            f"'{name}' is a result, not an exhibit", place=place, remedy=f'write run("{name}")'
        )
    raise ChapterFailed(
        f"'{name}' is a {kind}, not a {asked}", place=place, remedy=f"write {kind}s.{name}"
    )


def run(result: str | Callable[..., Any]) -> Any:
    """Return the value of a node of the dataflow, given by its name or its function."""
    return current().result(result if isinstance(result, str) else result.__name__)


figures = Named("figure")
tables = Named("table")
numbers = Named("number")
claims = Named("claim")

__all__ = ["claims", "figures", "numbers", "run", "tables"]

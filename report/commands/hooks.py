"""`report prepare` and `report finish`: the hooks that `_quarto.yml` makes Quarto run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.errors import ReportError
from analysis.evaluation import current, find_root
from press.chapter.book import read_book, reread_configuration
from press.checking import check_book
from press.errors import PressError
from report.commands.build import TYPESET, kernel_environment, prepare
from report.engines import WITHIN_BUILD
from report.finish import finish_book
from report.hooks.freeze import execution_digest, remove_frozen
from report.hooks.rendered_pages import finish_pages
from report.lock import project_lock

if TYPE_CHECKING:
    from collections.abc import Mapping


def prepare_for_quarto(environment: Mapping[str, str]) -> int:
    """Do what a build does before typesetting, for `quarto render`; return 0.

    Quarto's kernels then find the store under the current key, as an editor's do. Within a build
    this has already been done.
    """
    if WITHIN_BUILD in environment:
        return 0
    evaluation = current()
    notes: list[str] = []
    # Quarto does not state the formats it will make. A page in a preview is HTML.
    formats = TYPESET if environment.get("QUARTO_PROJECT_RENDER_ALL") else TYPESET[:1]
    try:
        with project_lock(evaluation.root):
            book = read_book(evaluation.root, _profiles(environment))
            prepare(evaluation, book, notes)
            book = reread_configuration(book)
            check_book(book, formats, environment=kernel_environment(evaluation))
            if remove_frozen(evaluation.root, execution_digest(book, evaluation.key)):
                notes.append("chapters that Quarto had frozen before a change are executed again")
    except (ReportError, PressError):
        _warn_of_removed_book(environment)
        raise
    print(f"report: {', '.join(notes)}")
    return 0


def _warn_of_removed_book(environment: Mapping[str, str]) -> None:
    """Warn if Quarto has already removed the last book, which it does before running hooks."""
    target = Path(environment.get("QUARTO_PROJECT_OUTPUT_DIR", ""))
    if environment.get("QUARTO_PROJECT_RENDER_ALL") and not target.exists():
        print(
            f"report: Quarto has removed the last book, {target.name}, before this was checked; "
            "`python -m report build` and `quarto render --no-clean` keep it",
            file=sys.stderr,
        )


def finish_for_quarto(environment: Mapping[str, str]) -> int:
    """Do what a build does to a finished book, after `quarto render`; return 0.

    The book is sealed only if Quarto reports that all of it was rendered; a preview renders one
    page.
    """
    if WITHIN_BUILD in environment:
        return 0
    root = find_root(Path.cwd())
    book = root / environment["QUARTO_PROJECT_OUTPUT_DIR"]
    with project_lock(root):
        if environment.get("QUARTO_PROJECT_RENDER_ALL"):
            finish_book(read_book(root, _profiles(environment)), book)
        else:
            pages = environment.get("QUARTO_PROJECT_OUTPUT_FILES", "").splitlines()
            finish_pages(root, book, pages)
    return 0


def _profiles(environment: Mapping[str, str]) -> list[str]:
    return [name for name in environment.get("QUARTO_PROFILE", "").split(",") if name]

"""`report build`: validate, compute, typeset, and write the ledger next to the book."""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import contextmanager
from dataclasses import replace
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.cache import Cache, digest_of
from analysis.dependencies import refuse_changed
from analysis.disclosure import read_exceptions
from analysis.environment import VARIABLES
from analysis.environment import moment as stated_moment
from analysis.errors import ConfigurationError
from analysis.evaluation import (
    DATA_VARIABLE,
    KEY_VARIABLE,
    Evaluation,
    find_root,
    refuse_uncounted,
)
from analysis.exhibits.parts.exhibit import Figure
from analysis.exhibits.parts.markdown import NARROW
from analysis.incremental import conditions
from audit.trace.repository import Commit, public_repository, read_commit
from press.chapter.book import read_book, reread_configuration
from press.project.project import read_project
from report.checks.readiness import (
    broken_claims,
    check_citations,
    held_exhibits,
    numbers_by_hand,
    refuse_bare,
    refuse_unanswered,
    refuse_uncommitted,
    refuse_unreadable,
    refuse_unready,
    unreadable,
)
from report.checks.release import (
    EXCEPTIONS_PLACE,
    compare_releases,
    earlier_releases,
    intruder_check,
    refuse_revealing,
)
from report.cover import cover, write_cover
from report.engines import Press, Rendering, choose
from report.exhibit_references import check, references, uses
from report.finish import LEDGER, finish_book
from report.formats.writing import FORMATS as OTHERS
from report.ledger import make_ledger
from report.lock import project_lock
from report.reuse.build_cache import Reused
from report.reuse.displayed import shows_only
from report.reuse.inputs import digests, hash_sources
from report.reuse.last_build import Recorder, build_options
from report.reuse.ledger import cached_ledger
from report.reuse.results import Results
from report.reuse.values import PLACE, filled, stated, stored
from report.sealing import write_data
from report.stages import Stages
from report.structure import structure

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from audit.ledger.ledger import Ledger
    from press.chapter.book import Book
    from report.checks.prose import BareNumber
    from report.exhibit_references import Use
    from report.reuse.explanation import Counts

TYPESET = ("html", "pdf")
"""Formats made by an engine."""
FORMATS = (*TYPESET, *OTHERS)
DRAWINGS = "_exhibits"
INTERNAL = LEDGER.with_name("internal-ledger.json")
"""The ledger at full precision, which stays with the data."""


def build(
    data: Path | None = None,
    formats: tuple[str, ...] = TYPESET,
    *,
    out: Path | None = None,
    release: bool = False,
    engine: str = "auto",
    profiles: tuple[str, ...] = (),
    against: tuple[Path, ...] = (),
    explain: bool = False,
    timeline: bool = False,
) -> int:
    """Build the report and return the exit code.

    Parameters
    ----------
    data
        Folder of the extract; None for the one that `study.toml` names.
    formats
        Some of `FORMATS`; all except PDF are made from the HTML pages, so include "html".
    out
        Folder of the book; None for the one that `_quarto.yml` names.
    release
        Refuse everything that a draft only marks.
    engine
        One of `report.engines.ENGINES`.
    profiles
        Quarto profiles, which choose the edition of the book.
    against
        Earlier releases, to find what each would reveal together with this one.
    explain
        Print for each step whether it was reused, or why it was repeated.
    timeline
        Print how the time was spent.
    """
    check_formats(formats)
    chosen = choose(engine)
    earlier = earlier_releases(against)
    root = find_root(Path.cwd())
    with project_lock(root):
        written_in = hash_sources(root)
        recorder = Recorder(root, build_options(data, formats, out, engine, profiles))
        evaluation = Evaluation(root, data.resolve() if data else None)
        stages = Stages(expected=recorder.last.seconds if recorder.last else {})
        print(f"report: {evaluation.study.title}")
        with stages.stage("read the chapters") as notes:
            book = read_book(root, profiles)
            used = uses(book)
            notes.append(f"{len({use.name for use in used})} exhibits shown")
        results = Results(evaluation, release)
        with stages.stage("validate and compute") as notes:
            values, ledger = prepare(evaluation, book, notes, fresh=release, results=results)
            notes.append(intruder_check(values))
        bare = numbers_by_hand(root, book, used, values)
        revealed = compare_releases(evaluation, ledger, earlier)
        if release:
            _refuse_release(evaluation, values, used, ledger, bare)
            refuse_revealing(revealed)
        # A release uses nothing from the cache.
        cache = None if release else Reused(root, values)
        messages: list[str] = []
        counts: Counts = {}
        finish = partial(
            _finish, evaluation, book, written_in, messages, ledger, formats, release, counts
        )
        with _stated_release(evaluation, ledger, release=release):
            asked = _rendering(evaluation, book, ledger, formats, out, finish, cache)
            made = chosen.typeset(asked, stages)
        outcome = [f"  {loss}" for loss in made.losses]
        outcome += [*_outcome(values, used, ledger), *(f"  {number}" for number in bare)]
        if cache is not None and isinstance(chosen, Press):
            settled = all(map(shows_only, book.chapters))
            said = [f"report: {evaluation.study.title}", *filter(None, messages), *outcome]
            recorder.record(asked.target, said, made.files, stages.seconds, settled=settled)
            why = cache.ended(recorder, results, counts)
            outcome += why if explain else []
    drawn = stages.timeline() if timeline else ()
    for line in (*outcome, *drawn, *(f"  {os.path.relpath(path)}" for path in made.files)):
        print(line)
    return 0


def _refuse_release(
    evaluation: Evaluation,
    values: Mapping[str, Any],
    used: list[Use],
    ledger: Ledger,
    bare: Iterable[BareNumber],
) -> None:
    """Stop a release for what a draft would only mark."""
    refuse_bare(bare)
    refuse_unready(values)
    refuse_unreadable(values, used)
    refuse_unanswered(evaluation.study.contact or ledger.remote)
    refuse_uncommitted(evaluation.root, ledger.commit)


def _rendering(
    evaluation: Evaluation,
    book: Book,
    ledger: Ledger,
    formats: tuple[str, ...],
    out: Path | None,
    finish: Callable[[Path], None],
    cache: Reused | None,
) -> Rendering:
    """Return the request to an engine, after ledger and cover have been written."""
    return Rendering(
        reread_configuration(book),
        [name for name in formats if name in TYPESET],
        out or book.project.output,
        kernel_environment(evaluation),
        timestamp(ledger.commit, os.environ),
        evaluation.key,
        finish,
        cache,
        whole=cache is None,
    )


def _finish(
    evaluation: Evaluation,
    book: Book,
    written_in: Mapping[str, str],
    messages: list[str],
    ledger: Ledger,
    formats: tuple[str, ...],
    release: bool,
    counts: Counts,
    folder: Path,
) -> None:
    """Finish a typeset book, unless its source files have changed in the meantime."""
    root, moment = evaluation.root, timestamp(ledger.commit, os.environ)
    also = [name for name in formats if name not in TYPESET]
    done = finish_book(book, folder, fresh=release, also=also, moment=moment, counts=counts)
    messages.append(done)
    # The ledger, the pages and the book are read from the files at different times.
    refuse_changed(written_in, hash_sources(root))
    evaluation.refuse_changed()
    if release:
        refuse_uncommitted(root, read_commit(root))


@contextmanager
def _stated_release(evaluation: Evaluation, ledger: Ledger, *, release: bool) -> Iterator[None]:
    """Mark the ledger as a release during typesetting; undo that if the release is refused."""
    if release:
        write_state(evaluation, replace(ledger, release=True))
    try:
        yield
    except BaseException:
        if release:
            write_state(evaluation, ledger)
        raise


def write_state(evaluation: Evaluation, ledger: Ledger) -> None:
    """Write the ledger and the cover based on it to where cells and engines find them."""
    ledger.write(evaluation.root / LEDGER)
    ledger.write(evaluation.root / INTERNAL, internal=True)
    moment = timestamp(ledger.commit, os.environ)
    study = evaluation.study
    about = cover(ledger, ledger.commit, moment, evaluation.key, study.contact, study.owner)
    write_cover(evaluation.root, about)


def kernel_environment(evaluation: Evaluation) -> dict[str, str]:
    """Return the required environment, and variables that give kernels this build's store."""
    data = {DATA_VARIABLE: str(evaluation.data)} if evaluation.data else {}
    return {**VARIABLES, KEY_VARIABLE: evaluation.key, **data}


def check_formats(formats: Iterable[str]) -> None:
    """Refuse a format that the report does not have, or that needs another format."""
    for name in formats:
        if name not in FORMATS:
            raise ConfigurationError(
                f"there is no format '{name}'",
                place="--to",
                remedy=f"use {', '.join(FORMATS[:-1])} or {FORMATS[-1]}, or several with commas",
            )
        if name in OTHERS and "html" not in formats:
            raise ConfigurationError(
                f"the format '{name}' is made from the HTML pages",
                place="--to",
                remedy=f"ask for html too: html,{name}",
            )


def prepare(
    evaluation: Evaluation,
    book: Book,
    notes: list[str],
    *,
    fresh: bool = False,
    results: Results | None = None,
) -> tuple[Mapping[str, Any], Ledger]:
    """Compute what a book shows; write drawings and ledger to where its cells find them.

    With `fresh`, as for a release, nothing cached by an earlier build is used.
    """
    kinds, used = cached_kinds(evaluation, fresh=fresh), uses(book)
    check(used, kinds, evaluation.root)
    check_exceptions(evaluation.root, kinds)
    # Short references are those of the whole report, in every edition.
    whole = _whole_edition(book)
    given = references([*uses(whole), *used], kinds)
    results = results or Results(evaluation, fresh)
    values = _values(evaluation, given, results, fresh=fresh)
    check_citations(evaluation.root, used, values)
    notes.append(results.summary())
    notes.extend(results.refuse_unknown())
    write_drawings(evaluation, values, given)
    about = whole.project.settings.values.get("book", {})
    remote = public_repository(evaluation.root, str(about.get("repo-url") or ""))

    def make() -> Ledger:
        return make_ledger(evaluation, values, used, remote, results.code.sources)

    # Marked as a draft until every check of a release has passed.
    ledger = make() if fresh else cached_ledger(evaluation, values, used, remote, make)
    ledger = replace(ledger, structure=structure(book))
    write_state(evaluation, ledger)
    write_data(evaluation.root / LEDGER, values, given)
    # The ledger also depends on code and settings.
    evaluation.refuse_changed()
    return values, ledger


def _values(
    evaluation: Evaluation,
    given: Mapping[str, str],
    results: Results,
    *,
    fresh: bool,
) -> Mapping[str, Any]:
    """Return every exhibit, and the results that a build needs, by name."""
    if not fresh and (at_hand := stored(evaluation, given)) is not None:
        return at_hand
    values, _ = evaluation.fill_store(given, fresh=fresh, take=results.take)
    return values if fresh else filled(evaluation, given, values)


def write_drawings(
    evaluation: Evaluation, values: Mapping[str, Any], names: Collection[str]
) -> None:
    """Write the drawings of the named exhibits, unless they are there already."""
    folder = evaluation.root / DRAWINGS

    def drawn() -> dict[str, str]:
        return {
            f"{name}{ending}.svg": hashlib.sha256(drawing.encode()).hexdigest()
            for name, value in values.items()
            if isinstance(value, Figure) and not value.status.held
            for ending, drawing in (("", value.svg), (NARROW, value.narrow))
            if drawing
        }

    wanted = stated(values, "drawings", drawn)
    own = {f"{name}{ending}.svg" for name in names for ending in ("", NARROW)}
    expected = {file: digest for file, digest in wanted.items() if file in own}
    found = {file: each for file, each in digests(folder).items() if file in own}
    if found != expected:
        for name in names:
            if isinstance(values[name], Figure):
                evaluation.write_drawing(name, values[name])


def _whole_edition(book: Book) -> Book:
    """Return the whole report of which a book is an edition."""
    root = book.project.root
    full = read_project(root).profiles == book.project.profiles
    return book if full else read_book(root)


def check_exceptions(root: Path, kinds: Collection[str]) -> None:
    """Refuse a recorded exception for an exhibit that the report does not have."""
    for each in read_exceptions(root / EXCEPTIONS_PLACE):
        if each.exhibit not in kinds:
            near = get_close_matches(each.exhibit, kinds, 1)
            raise ConfigurationError(
                f"there is no exhibit '{each.exhibit}'",
                place=EXCEPTIONS_PLACE,
                remedy=f"did you mean {near[0]}?" if near else "remove the entry",
            )


def cached_kinds(evaluation: Evaluation, *, fresh: bool = False) -> dict[str, str]:
    """Return the kind of each exhibit, from the cache if the code is the same."""
    if fresh:
        return _checked_kinds(evaluation)
    cache = Cache(evaluation.root / PLACE)
    key = digest_of("kinds", evaluation.key, conditions())
    found = cache.read_as(key, json.loads)
    if found is None:
        found = _checked_kinds(evaluation)
        cache.write(key, json.dumps(found).encode())
    return {str(name): str(kind) for name, kind in found.items()}


def _checked_kinds(evaluation: Evaluation) -> dict[str, str]:
    """Return the kind of each exhibit, if each outcome is one that an extract may contain."""
    from analysis.contracts import read_contracts

    contracts = read_contracts(evaluation.root / "data_contracts")
    refuse_uncounted(evaluation.study.outcomes, contracts)
    return exhibit_kinds(evaluation.root)


def exhibit_kinds(root: Path | None = None) -> dict[str, str]:
    """Return the kind of each exhibit that a study's dataflow can make, by name."""
    from analysis.dataflow import graph

    built = graph.build(root)
    return {name: graph.kind(built, name) for name in graph.exhibit_names(built)}


def timestamp(commit: Commit, environment: Mapping[str, str]) -> int:
    """Return the date of the book, in seconds since 1970.

    `SOURCE_DATE_EPOCH` if it is set, otherwise the commit's time, so that a rebuild of the same
    commit gives the same bytes.
    """
    given = stated_moment(environment)
    return (commit.time or 0) if given is None else given


def _outcome(values: Mapping[str, Any], used: list[Use], ledger: Ledger) -> Iterator[str]:
    """Yield warnings and notes for the user about a build that succeeded."""
    where = {use.name: use.location for use in used}
    for what, name, how in stated(values, "faults", lambda: list(_faults(values))):
        if name in where:
            yield f"  {what}: {where[name]} {name}: {how}"
    if ledger.commit.id is None:
        yield "  this folder is not a git repository itself: the book names no commit"
    yield from stated(values, "warnings", lambda: list(_warnings(values)))
    if ledger.label:
        yield f"  {ledger.label}: every page is marked, and every picture made from them"


def _faults(values: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield what is wrong with an exhibit, its name and the reason."""
    for name, claim in broken_claims(values).items():
        yield "counts too small to show" if claim.unknown else "no longer true", name, claim.seen
    for name, reason in held_exhibits(values).items():
        yield "held back", name, reason
    for name, faults in unreadable(values).items():
        yield from (("can't be read", name, each) for each in faults)


def _warnings(values: Mapping[str, Any]) -> Iterator[str]:
    for result in values["contract_results"].of("warn"):
        yield f"  warning: {result.rule}: not so: {result.expected}"

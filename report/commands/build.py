"""`report build`: validate, compute, typeset, and lay the ledger beside the book."""

from __future__ import annotations

import os
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.disclosure import read_exceptions
from analysis.errors import ClaimBroken, ConfigurationError, ExhibitHeld, NotReady
from analysis.evaluation import DATA_VARIABLE, KEY_VARIABLE, Evaluation, current, find_root
from analysis.exhibits.parts.exhibit import Claim, Exhibit, Figure, Number
from audit.coverage.literals import FILE as LITERALS
from audit.coverage.literals import read_literals
from audit.trace.repository import Commit, public_repository
from press.build import build_book
from press.chapter.reading import read_book
from report import quarto
from report.cover import cover, write_cover
from report.finish import LEDGER, finish_book
from report.prose import BareNumber, bare_numbers, texts_of
from report.recording import make_ledger
from report.register import check, references, uses
from report.release import (
    EXCEPTIONS_PLACE,
    compare_releases,
    earlier_releases,
    intruder_check,
    refuse_revealing,
)
from report.sealing import write_data
from report.stages import Stages

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from audit.ledger.ledger import Ledger
    from press.chapter.reading import Book
    from report.register import Use

FORMATS = ("html", "pdf")
INTERNAL = LEDGER.with_name("internal-ledger.json")
"""The ledger at full precision, which stays with the data."""


def build(
    data: Path | None = None,
    formats: tuple[str, ...] = FORMATS,
    *,
    out: Path | None = None,
    release: bool = False,
    engine: str = "auto",
    profiles: tuple[str, ...] = (),
    against: tuple[Path, ...] = (),
) -> int:
    """Build the report; return the exit code.

    Parameters
    ----------
    data
        Folder of the extract; None for the one `study.toml` names.
    formats
        Of "html" and "pdf".
    out
        Folder of the book; None for the one `_quarto.yml` names.
    release
        Refuse whatever a draft only marks.
    engine
        Of `report.quarto.ENGINES`.
    profiles
        Quarto profiles: which edition of the book.
    against
        Earlier releases: what one of them and this one would reveal together.
    """
    check_formats(formats)
    chosen = quarto.choose(engine)
    earlier = earlier_releases(against)
    root = find_root(Path.cwd())
    evaluation = Evaluation(root, data.resolve() if data else None)
    stages = Stages()
    print(f"report: {evaluation.study.title}")
    with stages.stage("read the chapters") as notes:
        book = read_book(root, profiles)
        used = uses(book)
        notes.append(f"{len({use.name for use in used})} exhibits shown")
    with stages.stage("validate and compute") as notes:
        values, ledger = prepare(evaluation, used, notes)
        notes.append(intruder_check(values))
    commit = ledger.commit
    bare = numbers_by_hand(root, book, used, values)
    revealed = compare_releases(evaluation, ledger, earlier)
    if release:
        refuse_bare(bare)
        refuse_unready(values, commit)
        refuse_revealing(revealed)
    environment = kernel_environment(evaluation)
    moment = timestamp(commit, os.environ)
    with stages.stage("typeset") as notes:
        if chosen is None:
            made = build_book(
                root,
                out=out,
                formats=formats,
                timestamp=moment,
                environment=environment,
                profiles=profiles,
                finish=lambda folder: finish_book(root, folder, profiles),
            )
            written = (*made.html[:1], made.pdf)
            notes.extend(f"{stage} {seconds:.1f} s" for stage, seconds in made.seconds.items())
        else:
            environment |= {"SOURCE_DATE_EPOCH": str(moment)}
            asked = quarto.Rendering(book.project, formats, out or book.project.output, environment)
            written = quarto.render(
                chosen, asked, lambda folder: finish_book(root, folder, profiles)
            )
            notes.append(f"by Quarto {chosen.version}")
    _tell_outcome(values, used, ledger)
    for number in bare:
        print(f"  {number}")
    for path in written:
        if path is not None:
            print(f"  {os.path.relpath(path)}")
    return 0


def prepare_for_quarto(environment: Mapping[str, str]) -> int:
    """Do before `quarto render` what a build does before typesetting; return 0.

    Quarto's kernels then find the store under today's key, as an editor's do. Within a build
    it is done already.
    """
    if quarto.WITHIN_BUILD in environment:
        return 0
    evaluation = current()
    notes: list[str] = []
    profiles = environment.get("QUARTO_PROFILE", "").split(",")
    book = read_book(evaluation.root, [name for name in profiles if name])
    prepare(evaluation, uses(book), notes)
    print(f"report: {', '.join(notes)}")
    return 0


def finish_for_quarto(environment: Mapping[str, str]) -> int:
    """Do after `quarto render` what a build does to a finished book; return 0.

    Only once all of the book was rendered, as Quarto says it was: in a preview, one page is.
    """
    if quarto.WITHIN_BUILD in environment or not environment.get("QUARTO_PROJECT_RENDER_ALL"):
        return 0
    root = find_root(Path.cwd())
    profiles = [name for name in environment.get("QUARTO_PROFILE", "").split(",") if name]
    finish_book(root, root / environment["QUARTO_PROJECT_OUTPUT_DIR"], profiles)
    return 0


def kernel_environment(evaluation: Evaluation) -> dict[str, str]:
    """Return the variables that point a chapter's kernel at the store of this build."""
    data = {DATA_VARIABLE: str(evaluation.data)} if evaluation.data else {}
    return {KEY_VARIABLE: evaluation.key, **data}


def check_formats(formats: Iterable[str]) -> None:
    """Refuse a format that the report has not."""
    for name in formats:
        if name not in FORMATS:
            raise ConfigurationError(
                f"there is no format '{name}'", place="--to", remedy="use html, pdf or html,pdf"
            )


def prepare(
    evaluation: Evaluation, used: list[Use], notes: list[str]
) -> tuple[dict[str, Any], Ledger]:
    """Compute what the chapters show, write drawings and ledger where their cells find them."""
    kinds = exhibit_kinds()
    check(used, kinds)
    check_exceptions(evaluation.root, kinds)
    # Short references are those of the whole report, in every edition of it.
    whole = read_book(evaluation.root)
    given = references([*uses(whole), *used], kinds)
    reused = evaluation.store.is_dir()
    values = evaluation.fill_store(given)
    notes.append("results reused: nothing they rest on has changed" if reused else "computed")
    for name in given:
        if isinstance(values[name], Figure):
            evaluation.write_drawing(name, values[name])
    about = whole.project.settings.values.get("book", {})
    remote = public_repository(evaluation.root, str(about.get("repo-url") or ""))
    ledger = make_ledger(evaluation, values, used, remote)
    ledger.write(evaluation.root / LEDGER)
    ledger.write(evaluation.root / INTERNAL, internal=True)
    write_data(evaluation.root / LEDGER, values, given)
    write_cover(evaluation.root, cover(ledger, ledger.commit))
    return values, ledger


def check_exceptions(root: Path, kinds: Collection[str]) -> None:
    """Refuse a recorded exception for an exhibit that the report has not."""
    for each in read_exceptions(root / EXCEPTIONS_PLACE):
        if each.exhibit not in kinds:
            near = get_close_matches(each.exhibit, kinds, 1)
            raise ConfigurationError(
                f"there is no exhibit '{each.exhibit}'",
                place=EXCEPTIONS_PLACE,
                remedy=f"did you mean {near[0]}?" if near else "remove the entry",
            )


def exhibit_kinds() -> dict[str, str]:
    """Return the kind of each exhibit that the dataflow can make, by name."""
    from analysis.dataflow import graph

    built = graph.build()
    return {name: graph.kind(built, name) for name in graph.exhibit_names(built)}


def timestamp(commit: Commit, environment: Mapping[str, str]) -> int:
    """Return the time that the book bears, in seconds since 1970.

    `SOURCE_DATE_EPOCH` where it is set, else the commit's, so that a rebuild of the same
    commit gives the same bytes.
    """
    given = environment.get("SOURCE_DATE_EPOCH", "")
    if given and not given.isdigit():
        raise ConfigurationError(
            f"'{given}' is no number of seconds",
            place="SOURCE_DATE_EPOCH",
            remedy="set it to whole seconds since 1970, or unset it",
        )
    return int(given) if given else commit.time or 0


def broken_claims(values: Mapping[str, Any]) -> dict[str, Claim]:
    """Return the claims that no longer hold, by name."""
    return {
        name: value
        for name, value in values.items()
        if isinstance(value, Claim) and not value.holds
    }


def held_exhibits(values: Mapping[str, Any]) -> dict[str, str]:
    """Return why disclosure control holds what it holds, by name."""
    exhibits = {name: value for name, value in values.items() if isinstance(value, Exhibit)}
    return {name: each.status.reason for name, each in exhibits.items() if each.status.held}


def refuse_unready(values: Mapping[str, Any], commit: Commit) -> None:
    """Stop a release that is not ready."""
    broken = broken_claims(values)
    if broken:
        lines = [f"  {name}: {claim.seen}; needed: {claim.rule}" for name, claim in broken.items()]
        raise ClaimBroken(
            "\n".join(["sentences no longer hold:", *lines]), remedy="rewrite each sentence"
        )
    kept = [f"  {name}: {reason}" for name, reason in held_exhibits(values).items()]
    if kept:
        raise ExhibitHeld(
            "\n".join(["disclosure control holds:", *kept]),
            remedy=f"show less, or record who lets it through, and why, in {EXCEPTIONS_PLACE}",
        )
    if not commit.clean:
        raise NotReady(
            "the tree is not as committed", remedy="commit or remove what git status shows"
        )


def numbers_by_hand(
    root: Path, book: Book, used: Iterable[Use], values: Mapping[str, Any]
) -> list[BareNumber]:
    """Return the numbers in chapters that no exhibit prints.

    A number in a claim's sentence is its rule's affair.
    """
    lines = [line for chapter in book.chapters for line in texts_of(chapter)]
    shown = {use.name: values[use.name] for use in used}
    printed = {name: value.text for name, value in shown.items() if isinstance(value, Number)}
    return bare_numbers(lines, read_literals(root / LITERALS), printed)


def refuse_bare(bare: Iterable[BareNumber]) -> None:
    """Stop a release whose chapters hold a number by hand."""
    lines = [f"  {number}" for number in bare]
    if lines:
        raise ClaimBroken(
            "\n".join(["numbers that rest on nothing:", *lines]),
            remedy="print each from the ledger",
        )


def _tell_outcome(values: Mapping[str, Any], used: list[Use], ledger: Ledger) -> None:
    """Say what a reader of the terminal must know beside that it worked."""
    where = {use.name: use.place for use in used}
    for name, claim in broken_claims(values).items():
        if name in where:
            print(f"  no longer holds: {where[name]} {name}: {claim.seen}")
    for name, reason in held_exhibits(values).items():
        if name in where:
            print(f"  held back: {where[name]} {name}: {reason}")
    if ledger.label:
        print(f"  {ledger.label}: the label stands on every page and in every picture")

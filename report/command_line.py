"""The commands, their arguments and their exit codes.

A user's mistake ends with one message and the exit code of its class, never with a traceback. A
traceback means a fault of the program, and ends with exit code 1.
"""

from __future__ import annotations

import argparse
import errno
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from analysis import importing
from analysis.environment import start_in
from analysis.errors import ConfigurationError, ReportError
from audit.terminal import printable
from press.errors import PressError
from report.permissions import owner_only

if TYPE_CHECKING:
    from collections.abc import Sequence


NEW_LINE = "\n"
RELEASE = "--release"
INTERRUPTED = 130
"""Exit code after Ctrl-C, as in a shell."""
_PERMIT = "let this user write there, or run it on a copy in a folder that can be written to"
_FREE = "free some space on that disk; `report clean` removes what builds leave behind"
REMEDIES = {
    errno.EACCES: _PERMIT,
    errno.EPERM: _PERMIT,
    errno.EROFS: _PERMIT,
    errno.ENOSPC: _FREE,
    errno.EDQUOT: _FREE,
    errno.EFBIG: _FREE,
    errno.EMFILE: "allow this user more open files at a time (ulimit -n)",
    errno.ENAMETOOLONG: "move the project to a folder with a shorter path",
}
"""Errors of the operating system, and their remedies."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    Parameters
    ----------
    arguments
        None for those of the process, which then restarts in the required environment.
    """
    try:
        if arguments is None:
            arguments = sys.argv[1:]
            ended = start_in(list(arguments), importing.RELEASE if RELEASE in arguments else {})
            if ended is not None:
                return ended
            refuse_other_code(Path.cwd())
        chosen = parser().parse_args(arguments)
        with owner_only():
            return int(chosen.run(chosen))
    except (ReportError, PressError) as error:
        # A message may have several lines, but a file name only one.
        place = str(error.place or "")
        said = str(error).replace(place, printable(place)) if place else str(error)
        print(f"report: {printable(said, keep=NEW_LINE)}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("\nreport: interrupted; the last book is unchanged", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of the output has closed it; prevent Python from reporting that again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        remedy = REMEDIES.get(error.errno or 0)
        if remedy is None:
            raise
        what = f"{error.strerror}; the last book is unchanged"
        mistake = ReportError(what, place=printable(str(error.filename or "")), remedy=remedy)
        print(f"report: {printable(str(mistake), keep=NEW_LINE)}", file=sys.stderr)
        return mistake.exit_code


def refuse_other_code(here: Path) -> None:
    """Refuse to run another program than that in the folder of a study that holds its own.

    Its ledger would give lines and digests of code that did not run.
    """
    around = (each for each in (here, *here.parents) if (each / "study.toml").is_file())
    root = next(around, importing.CODE)
    own = importing.package_folder(root, "analysis")
    if own.resolve() != importing.CODE.resolve():
        raise ConfigurationError(
            f"this study holds its own code, and the command is that of {importing.CODE}",
            place=str(root),
            remedy="run `python -m report` in the study's folder, or its own `.venv`",
        )


def parser() -> argparse.ArgumentParser:
    """Return the parser for the whole command line."""
    top = argparse.ArgumentParser(
        prog="report", description="Rebuild the evaluation report, and show where it comes from."
    )
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    _build(commands.add_parser("build", help="validate, compute, typeset and seal the report"))
    _preview(commands.add_parser("preview", help="serve the report, rebuild what an edit touched"))
    _prepare(commands.add_parser("prepare", help="validate and compute, before quarto render"))
    _finish(commands.add_parser("finish", help="seal what quarto render has made"))
    _validate(commands.add_parser("validate", help="check an extract against its data contracts"))
    _control_totals(
        commands.add_parser("control-totals", help="total an extract, for its sender to confirm")
    )
    _map(commands.add_parser("map", help="propose a map for a council's own file, or try one"))
    _clean(commands.add_parser("clean", help="remove what builds leave behind"))
    _trace(commands.add_parser("trace", help="show where an exhibit comes from"))
    _verify(commands.add_parser("verify", help="check a delivered PDF of the report"))
    _worksheet(commands.add_parser("worksheet", help="draw exhibits to be checked by hand"))
    _diff(commands.add_parser("diff", help="what changed between two builds, and why"))
    _sign(commands.add_parser("sign", help="sign a sealed PDF with an SSH key"))
    _export_models(
        commands.add_parser(
            "export-models", help="write panel, specifications and scripts for R and Stata"
        )
    )
    _synthesise(commands.add_parser("synthesise", help="write an invented extract"))
    _new(commands.add_parser("new", help="write a new study, from five answers"))
    _exhibits(commands.add_parser("exhibits", help="list what this study's chapters can show"))
    return top


def _build(parser: argparse.ArgumentParser) -> None:
    _data(parser)
    parser.add_argument(
        "--to",
        default="html,pdf",
        metavar="FORMATS",
        help="of html, pdf, docx, xlsx and png, with commas",
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder of the book (_book)")
    parser.add_argument(
        "--engine", default="auto", help="auto (Quarto where it is installed), quarto or embedded"
    )
    _profile(parser)
    parser.add_argument(
        RELEASE, action="store_true", help="refuse whatever a draft would only mark"
    )
    parser.add_argument(
        "--against",
        type=Path,
        action="append",
        default=[],
        metavar="PREVIOUS",
        help="an earlier release, as PDF, folder of its book, or ledger.json with its exhibits: "
        "name the cells that both together would reveal (may be given more than once)",
    )
    parser.add_argument("--timeline", action="store_true", help="show how long each step took")
    parser.add_argument(
        "--explain", action="store_true", help="say why each step was repeated or reused"
    )
    parser.set_defaults(run=_run_build)


def _run_build(chosen: argparse.Namespace) -> int:
    formats, profiles = tuple(chosen.to.split(",")), _profiles(chosen)
    if not chosen.release and not chosen.against:
        from report.reuse.last_build import build_options, nothing_to_do

        asked = build_options(chosen.data, formats, chosen.out, chosen.engine, profiles)
        if nothing_to_do(asked, explain=chosen.explain):
            return 0
    from report.commands.build import build

    return build(
        chosen.data,
        formats,
        out=chosen.out,
        release=chosen.release,
        engine=chosen.engine,
        profiles=profiles,
        against=tuple(chosen.against),
        explain=chosen.explain,
        timeline=chosen.timeline,
    )


def _prepare(parser: argparse.ArgumentParser) -> None:
    def run(_: argparse.Namespace) -> int:
        from report.commands.hooks import prepare_for_quarto

        return prepare_for_quarto(os.environ)

    parser.set_defaults(run=run)


def _finish(parser: argparse.ArgumentParser) -> None:
    def run(_: argparse.Namespace) -> int:
        from report.commands.hooks import finish_for_quarto

        return finish_for_quarto(os.environ)

    parser.set_defaults(run=run)


def _preview(parser: argparse.ArgumentParser) -> None:
    _data(parser)
    _profile(parser)
    parser.add_argument("--port", type=int, default=0, help="port on this machine (any free one)")

    def run(chosen: argparse.Namespace) -> int:
        from report.commands.preview import preview

        return preview(chosen.data, _profiles(chosen), chosen.port)

    parser.set_defaults(run=run)


def _validate(parser: argparse.ArgumentParser) -> None:
    _data(parser)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there too")
    parser.add_argument(
        "--show-values",
        action="store_true",
        help="show the values that break a rule, on this terminal only",
    )
    parser.add_argument("--all", action="store_true", help="also list the rules that hold")

    def run(chosen: argparse.Namespace) -> int:
        from report.commands.validate import validate

        return validate(
            chosen.data, chosen.json, show_values=chosen.show_values, every_rule=chosen.all
        )

    parser.set_defaults(run=run)


def _clean(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--restricted",
        action="store_true",
        help="only the cache and working files, which rest on records, not the finished book",
    )

    def run(chosen: argparse.Namespace) -> int:
        from report.commands.clean import clean

        return clean(restricted=chosen.restricted)

    parser.set_defaults(run=run)


def _trace(parser: argparse.ArgumentParser) -> None:
    _data(parser)
    parser.add_argument(
        "identity",
        metavar="ID",
        help="an exhibit (effect_forest, fig-effect-forest, F7), a cell (T3#2,1: row, column), a "
        "number as printed (0.41), or backwards: data:FILE#COLUMN, code:FILE:LINE, study:KEY",
    )
    parser.add_argument("--json", action="store_true", help="print all that is known, as JSON")
    parser.add_argument("--open", action="store_true", help="open the exhibit's audit page")
    parser.add_argument(
        "--run", dest="again", action="store_true", help="recompute it, and compare"
    )
    parser.add_argument(
        "--ledger", type=Path, metavar="FILE", help="a ledger, or a PDF with one (the last build's)"
    )

    def run(chosen: argparse.Namespace) -> int:
        from report.commands.trace import Asked, trace

        asked = Asked(chosen.ledger, chosen.json, chosen.open, chosen.again, chosen.data)
        return trace(chosen.identity, asked)

    parser.set_defaults(run=run)


def _verify(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("pdf", type=Path, metavar="FILE.pdf", help="the PDF as it was delivered")
    parser.add_argument(
        "--signers", type=Path, metavar="FILE", help="ssh-keygen's allowed_signers, who may sign"
    )
    parser.add_argument(
        "--expect", metavar="DIGEST", help="the seal's or the file's SHA-256, published elsewhere"
    )
    parser.add_argument(
        "--rerun", action="store_true", help="recompute everything from clone and data"
    )
    _data(parser)
    parser.add_argument("--json", action="store_true", help="print the verdict as JSON")

    def run(chosen: argparse.Namespace) -> int:
        from report.commands.verify import verify

        return verify(
            chosen.pdf,
            signers=chosen.signers,
            expected=chosen.expect,
            rerun=chosen.rerun,
            data=chosen.data,
            as_json=chosen.json,
        )

    parser.set_defaults(run=run)


def _worksheet(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--sample", type=int, default=20, metavar="N", help="how many (20)")
    parser.add_argument(
        "--seed", help="draws the same sample (default: a new one, which is printed)"
    )
    parser.add_argument(
        "--ledger", type=Path, metavar="FILE", help="a ledger, or a PDF with one (the last build's)"
    )
    parser.add_argument("--out", type=Path, default=Path("audit-worksheet.html"), metavar="FILE")

    def run(chosen: argparse.Namespace) -> int:
        from report.commands.worksheet import worksheet

        return worksheet(chosen.sample, seed=chosen.seed, ledger=chosen.ledger, out=chosen.out)

    parser.set_defaults(run=run)


def _diff(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("old", help="a PDF, the folder of a book, or a commit")
    parser.add_argument("new", help="the same; a full stop for the working tree")
    parser.add_argument("--old-data", type=Path, metavar="DIR", help="extract of the old one")
    parser.add_argument("--new-data", type=Path, metavar="DIR", help="extract of the new one")
    parser.add_argument("--json", action="store_true", help="print the difference as JSON")
    parser.add_argument("--html", type=Path, metavar="FILE", help="write it as a page too")

    def run(chosen: argparse.Namespace) -> int:
        from report.commands.diff import diff

        return diff(
            chosen.old,
            chosen.new,
            old_data=chosen.old_data,
            new_data=chosen.new_data,
            as_json=chosen.json,
            page=chosen.html,
        )

    parser.set_defaults(run=run)


def _sign(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("pdf", type=Path, metavar="FILE.pdf", help="a sealed PDF")
    parser.add_argument("--key", type=Path, required=True, metavar="FILE", help="an SSH key")

    def run(chosen: argparse.Namespace) -> int:
        from report.commands.sign import sign_report

        return sign_report(chosen.pdf, chosen.key)

    parser.set_defaults(run=run)


def _control_totals(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("directory", type=Path, metavar="DIR", help="folder of the extract")
    parser.add_argument("--out", type=Path, metavar="FILE", help="(DIR/control_totals.csv)")

    def run(chosen: argparse.Namespace) -> int:
        from report.commands.control_totals import control_totals

        return control_totals(chosen.directory, chosen.out)

    parser.set_defaults(run=run)


def _map(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", type=Path, metavar="FILE", help="a council's file, or a map in maps/ to be tried"
    )
    parser.add_argument(
        "--dataset", metavar="NAME", help="dataset to map it to (default: the best match)"
    )

    def run(chosen: argparse.Namespace) -> int:
        from report.commands.map import map_file

        return map_file(chosen.file, chosen.dataset)

    parser.set_defaults(run=run)


def _export_models(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("directory", type=Path, metavar="DIR", help="folder to write to")
    _data(parser)

    def run(chosen: argparse.Namespace) -> int:
        from report.commands.export_models import export

        return export(chosen.directory, chosen.data)

    parser.set_defaults(run=run)


def _synthesise(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("scenario", nargs="?", help="a scenario of study.toml (the committed one)")
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder (data/synthetic)")

    def run(chosen: argparse.Namespace) -> int:
        from report.commands.synthesise import synthesise

        return synthesise(chosen.scenario, chosen.out)

    parser.set_defaults(run=run)


def _new(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("directory", type=Path, metavar="DIR", help="an empty or a new folder")
    for name, what in (
        ("title", "title of the report"),
        ("authorities", "names of the local authorities, with commas"),
        ("schools", "schools with the intervention and schools compared with them: 6+7 for every "
         "authority, or one pair for each, with commas"),
        ("outcomes", "names of the outcomes, the primary one first, with commas"),
        ("start", "first month of the intervention, YYYY-MM"),
    ):  # fmt: skip
        parser.add_argument(f"--{name}", metavar="TEXT", help=f"{what} (asked for if not given)")
    parser.add_argument(
        "--design", default="randomised", help="randomised (within authorities) or matched"
    )

    def run(chosen: argparse.Namespace) -> int:
        from report.commands.new import Given, new

        given = Given(
            chosen.title, chosen.authorities, chosen.schools, chosen.outcomes, chosen.start,
            chosen.design,
        )  # fmt: skip
        return new(chosen.directory, given)

    parser.set_defaults(run=run)


def _exhibits(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--missing", action="store_true", help="those this study can't show, and what it lacks"
    )

    def run(chosen: argparse.Namespace) -> int:
        from report.commands.exhibits import exhibits

        return exhibits(missing=chosen.missing)

    parser.set_defaults(run=run)


def _profile(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--profile",
        metavar="NAME",
        help="an edition, such as summary (QUARTO_PROFILE)",
    )


def _profiles(chosen: argparse.Namespace) -> tuple[str, ...]:
    given = chosen.profile
    if given is None:
        given = os.environ.get("QUARTO_PROFILE", "")
    return tuple(name for name in given.split(",") if name)


def _data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="folder of the extract (default: as in study.toml)"
    )

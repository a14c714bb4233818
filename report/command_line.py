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
from report import auditor_arguments, author_arguments
from report.author_arguments import RELEASE
from report.permissions import owner_only

if TYPE_CHECKING:
    from collections.abc import Sequence


NEW_LINE = "\n"
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
    """Refuse to run another program than that in the folder of a study that has its own.

    Its ledger would give lines and digests of code that did not run.
    """
    around = (each for each in (here, *here.parents) if (each / "study.toml").is_file())
    root = next(around, importing.CODE)
    own = importing.package_folder(root, "analysis")
    if own.resolve() != importing.CODE.resolve():
        raise ConfigurationError(
            f"this study has its own code, and the command is that of {importing.CODE}",
            place=str(root),
            remedy="run `python -m report` in the study's folder, or its own `.venv`",
        )


def parser() -> argparse.ArgumentParser:
    """Return the parser for the whole command line."""
    top = argparse.ArgumentParser(
        prog="report", description="Rebuild the evaluation report, and show where it comes from."
    )
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    author_arguments.add_build(
        commands.add_parser("build", help="validate, compute, typeset and seal the report")
    )
    author_arguments.add_preview(
        commands.add_parser("preview", help="serve the report, rebuild what an edit touched")
    )
    author_arguments.add_prepare(
        commands.add_parser("prepare", help="validate and compute, before quarto render")
    )
    author_arguments.add_finish(
        commands.add_parser("finish", help="seal what quarto render has made")
    )
    author_arguments.add_validate(
        commands.add_parser("validate", help="check an extract against its data contracts")
    )
    author_arguments.add_control_totals(
        commands.add_parser("control-totals", help="total an extract, for its sender to confirm")
    )
    author_arguments.add_map(
        commands.add_parser("map", help="propose a map for a council's own file, or try one")
    )
    author_arguments.add_clean(commands.add_parser("clean", help="remove what builds leave behind"))
    auditor_arguments.add_trace(
        commands.add_parser("trace", help="show where an exhibit comes from")
    )
    auditor_arguments.add_verify(
        commands.add_parser("verify", help="check a delivered PDF of the report")
    )
    auditor_arguments.add_worksheet(
        commands.add_parser("worksheet", help="draw exhibits to be checked by hand")
    )
    auditor_arguments.add_diff(
        commands.add_parser("diff", help="what changed between two builds, and why")
    )
    auditor_arguments.add_sign(
        commands.add_parser("sign", help="sign a sealed PDF with an SSH key")
    )
    author_arguments.add_export_models(
        commands.add_parser(
            "export-models", help="write panel, specifications and scripts for R and Stata"
        )
    )
    author_arguments.add_synthesise(
        commands.add_parser("synthesise", help="write an invented extract")
    )
    author_arguments.add_new(
        commands.add_parser("new", help="write a new study, from five answers")
    )
    author_arguments.add_exhibits(
        commands.add_parser("exhibits", help="list what this study's chapters can show")
    )
    return top

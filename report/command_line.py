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


COMMANDS = (
    ("build", "validate, compute, typeset and seal the report", author_arguments.add_build),
    ("preview", "serve the report, rebuild what an edit touched", author_arguments.add_preview),
    ("prepare", "validate and compute, before quarto render", author_arguments.add_prepare),
    ("finish", "seal what quarto render has made", author_arguments.add_finish),
    ("validate", "check an extract against its data contracts", author_arguments.add_validate),
    (
        "control-totals",
        "total an extract, for its sender to confirm",
        author_arguments.add_control_totals,
    ),
    ("map", "propose a map for a council's own file, or try one", author_arguments.add_map),
    ("clean", "remove what builds leave behind", author_arguments.add_clean),
    ("trace", "show where an exhibit comes from", auditor_arguments.add_trace),
    ("verify", "check a delivered PDF of the report", auditor_arguments.add_verify),
    ("worksheet", "draw exhibits to be checked by hand", auditor_arguments.add_worksheet),
    ("diff", "what changed between two builds, and why", auditor_arguments.add_diff),
    ("sign", "sign a sealed PDF with an SSH key", auditor_arguments.add_sign),
    (
        "export-models",
        "write panel, specifications and scripts for R and Stata",
        author_arguments.add_export_models,
    ),
    ("synthesise", "write an invented extract", author_arguments.add_synthesise),
    ("new", "write a new study, from five answers", author_arguments.add_new),
    ("exhibits", "list what this study's chapters can show", author_arguments.add_exhibits),
)
"""Each command, what it does, and the function that adds its arguments."""


def parser() -> argparse.ArgumentParser:
    """Return the parser for the whole command line."""
    top = argparse.ArgumentParser(
        prog="report", description="Rebuild the evaluation report, and show where it comes from."
    )
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    for name, does, add_arguments in COMMANDS:
        add_arguments(commands.add_parser(name, help=does))
    return top

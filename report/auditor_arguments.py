"""Arguments of the commands for auditors: to trace, verify, compare and sign."""

from __future__ import annotations

import argparse
from pathlib import Path

from report.author_arguments import add_data


def add_trace(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `report trace`."""
    add_data(parser)
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


def add_verify(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `report verify`."""
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
    add_data(parser)
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


def add_worksheet(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `report worksheet`."""
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


def add_diff(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `report diff`."""
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


def add_sign(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `report sign`."""
    parser.add_argument("pdf", type=Path, metavar="FILE.pdf", help="a sealed PDF")
    parser.add_argument("--key", type=Path, required=True, metavar="FILE", help="an SSH key")

    def run(chosen: argparse.Namespace) -> int:
        from report.commands.sign import sign_report

        return sign_report(chosen.pdf, chosen.key)

    parser.set_defaults(run=run)

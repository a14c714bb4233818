"""`python -m press`: build or preview any Quarto book project, independently of the report."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Sequence
from pathlib import Path

from press.build import build_book
from press.errors import PressError
from press.preview import serve

PREVIEW = Path(".press") / "preview"
"""Output folder of `preview`, relative to the project."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    Parameters
    ----------
    arguments
        The command line without the program's name; by default that of this process.

    Returns
    -------
    int
        0 if the book was built; 2 for an invalid project; 7 for a chapter that failed.
    """
    given = _parser().parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):  # a console may lack letters of a title or path
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        if given.command == "build":
            return _build(given)
        return _preview(given)
    except PressError as error:
        print(error, file=sys.stderr)
        return error.exit_code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m press", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    build = commands.add_parser("build", help="build the book in every format asked for")
    build.add_argument("--to", default="html,pdf", help="html, pdf or both (default: both)")
    build.add_argument("--out", type=Path, help="folder of the book (default: as _quarto.yml says)")
    build.add_argument(
        "--lenient", action="store_true", help="continue after broken references, as Quarto does"
    )
    build.add_argument(
        "--whole", action="store_true", help="stop if a word of a chapter is lost in a format"
    )
    preview = commands.add_parser("preview", help="serve the book and rebuild it on every change")
    preview.add_argument("--port", type=int, default=0, help="port on this machine (default: free)")
    for command in (build, preview):
        command.add_argument("project", type=Path, nargs="?", default=Path())
        command.add_argument("--profile", default="", help="Quarto profiles, separated by commas")
    return parser


def _profiles(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text.split(",")))


def _build(given: argparse.Namespace) -> int:
    book = build_book(
        given.project.resolve(),
        out=given.out,
        formats=tuple(filter(None, given.to.split(","))),
        profiles=_profiles(given.profile),
        lenient=given.lenient,
        whole=given.whole,
        progress=print,
    )
    for warning in (*book.warnings, *book.losses):
        print(f"warning: {warning}", file=sys.stderr)
    for path in (*book.html[:1], *filter(None, [book.pdf])):
        print(path)
    return 0


def _preview(given: argparse.Namespace) -> int:
    project = given.project.resolve()
    out = project / PREVIEW

    def rebuild(_: frozenset[str]) -> None:
        build_book(project, out=out, formats=("html",), profiles=_profiles(given.profile))

    serve(project, out, rebuild, port=given.port, ignored=frozenset({PREVIEW.parts[0], "_book"}))
    return 0


if __name__ == "__main__":
    sys.exit(main())

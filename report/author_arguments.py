"""Arguments of the commands for authors: to build, validate, map and start a study.

A command is imported only when it runs, so that each starts at once.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

RELEASE = "--release"


def add_build(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `report build`."""
    add_data(parser)
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
    add_profile(parser)
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


def add_prepare(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `report prepare`."""

    def run(_: argparse.Namespace) -> int:
        from report.commands.hooks import prepare_for_quarto

        return prepare_for_quarto(os.environ)

    parser.set_defaults(run=run)


def add_finish(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `report finish`."""

    def run(_: argparse.Namespace) -> int:
        from report.commands.hooks import finish_for_quarto

        return finish_for_quarto(os.environ)

    parser.set_defaults(run=run)


def add_preview(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `report preview`."""
    add_data(parser)
    add_profile(parser)
    parser.add_argument("--port", type=int, default=0, help="port on this machine (any free one)")

    def run(chosen: argparse.Namespace) -> int:
        from report.commands.preview import preview

        return preview(chosen.data, _profiles(chosen), chosen.port)

    parser.set_defaults(run=run)


def add_validate(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `report validate`."""
    add_data(parser)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there too")
    parser.add_argument(
        "--show-values",
        action="store_true",
        help="show the values that break a rule, on this terminal only",
    )
    parser.add_argument("--all", action="store_true", help="also list the rules that are met")

    def run(chosen: argparse.Namespace) -> int:
        from report.commands.validate import validate

        return validate(
            chosen.data, chosen.json, show_values=chosen.show_values, every_rule=chosen.all
        )

    parser.set_defaults(run=run)


def add_clean(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `report clean`."""
    parser.add_argument(
        "--restricted",
        action="store_true",
        help="only the cache and working files, which rest on records, not the finished book",
    )

    def run(chosen: argparse.Namespace) -> int:
        from report.commands.clean import clean

        return clean(restricted=chosen.restricted)

    parser.set_defaults(run=run)


def add_control_totals(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `report control-totals`."""
    parser.add_argument("directory", type=Path, metavar="DIR", help="folder of the extract")
    parser.add_argument("--out", type=Path, metavar="FILE", help="(DIR/control_totals.csv)")

    def run(chosen: argparse.Namespace) -> int:
        from report.commands.control_totals import control_totals

        return control_totals(chosen.directory, chosen.out)

    parser.set_defaults(run=run)


def add_map(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `report map`."""
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


def add_export_models(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `report export-models`."""
    parser.add_argument("directory", type=Path, metavar="DIR", help="folder to write to")
    add_data(parser)

    def run(chosen: argparse.Namespace) -> int:
        from report.commands.export_models import export

        return export(chosen.directory, chosen.data)

    parser.set_defaults(run=run)


def add_synthesise(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `report synthesise`."""
    parser.add_argument("scenario", nargs="?", help="a scenario of study.toml (the committed one)")
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder (data/synthetic)")

    def run(chosen: argparse.Namespace) -> int:
        from report.commands.synthesise import synthesise

        return synthesise(chosen.scenario, chosen.out)

    parser.set_defaults(run=run)


def add_new(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `report new`."""
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


def add_exhibits(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `report exhibits`."""
    parser.add_argument(
        "--missing", action="store_true", help="those this study can't show, and what it lacks"
    )

    def run(chosen: argparse.Namespace) -> int:
        from report.commands.exhibits import exhibits

        return exhibits(missing=chosen.missing)

    parser.set_defaults(run=run)


def add_profile(parser: argparse.ArgumentParser) -> None:
    """Add the option that names an edition."""
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


def add_data(parser: argparse.ArgumentParser) -> None:
    """Add the option that names the folder of an extract."""
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="folder of the extract (default: as in study.toml)"
    )

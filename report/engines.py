"""The engines that typeset a book: Quarto, run by its command line, and the embedded press."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from analysis.errors import ChapterFailed, ConfigurationError
from analysis.parallel.workers import aside
from press.build import build_book
from press.checking import check_book
from press.project.output_folder import OLD, check_target, swap, working_folder
from report.hooks.freeze import execution_digest, remove_frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from press.chapter.book import Book
    from report.reuse.build_cache import Reused
    from report.stages import Stages

ENGINES = ("auto", "quarto", "embedded")
OLDEST = (1, 9)
"""The first version of Quarto that typesets a book with Typst."""

WITHIN_BUILD = "REPORT_BUILDING"
"""Environment variable that tells the hooks in `_quarto.yml` to leave their work to a build."""

LEFT_BEHIND = ("index.typ",)
"""Files that Quarto leaves in the project if a PDF could not be made."""

_LINES = 20
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_TYPST = re.compile(r"(?:^|\.\.\.)error: ")
_UNRESOLVED = re.compile(r"Unable to resolve (?:crossref|link target:?) (\S+)")


@dataclass(frozen=True)
class Rendering:
    """A request to typeset a book.

    Parameters
    ----------
    book
        The book as read, with the metadata written for this build.
    formats
        Some of "html" and "pdf".
    target
        Folder for the book.
    environment
        Variables for the kernels.
    moment
        Date of the book, in seconds since 1970.
    key
        Key of the results that it shows.
    finish
        Called with the new book's folder before it replaces the old one.
    cache
        Cache from earlier builds; None to use nothing from it.
    whole
        Stop if part of a chapter is missing from the book, if the engine can detect that.
    """

    book: Book
    formats: Sequence[str]
    target: Path
    environment: Mapping[str, str]
    moment: int
    key: str
    finish: Callable[[Path], object]
    cache: Reused | None = None
    whole: bool = False

    @property
    def root(self) -> Path:
        """The project's folder."""
        return self.book.project.root


@dataclass(frozen=True)
class Typeset:
    """The result of typesetting a book.

    Parameters
    ----------
    files
        Its home page and its PDF, if they were made.
    losses
        Parts of the chapters that are missing from the book, as far as the engine can detect.
    """

    files: tuple[Path, ...]
    losses: tuple[str, ...] = ()


class Engine(Protocol):
    """Typesets a book; if that fails, the old one remains."""

    def typeset(self, asked: Rendering, stages: Stages) -> Typeset:
        """Check the sources and typeset the book."""


class Press:
    """The embedded press, which checks the sources while it typesets them."""

    def typeset(self, asked: Rendering, stages: Stages) -> Typeset:
        """Typeset the book from what has changed since `asked.cache`."""
        cache = asked.cache
        with stages.stage("typeset") as notes:
            made = build_book(
                asked.book,
                out=asked.target,
                formats=asked.formats,
                timestamp=asked.moment,
                environment=asked.environment,
                outputs=None if cache is None else cache.outputs,
                cache=None if cache is None else cache.press,
                finish=asked.finish,
                whole=asked.whole,
                aside=aside if cache is None else cache.aside,
            )
            if cache is not None:
                run, reused = len(cache.outputs.made), len(cache.outputs.taken)
                notes.append(f"cells of {run} chapters run, of {reused} reused")
            notes.extend(f"{stage} {seconds:.1f} s" for stage, seconds in made.seconds.items())
        stages.parts["typeset"] = {
            name: (made.began[name], seconds) for name, seconds in made.seconds.items()
        }
        return Typeset((*made.html[:1], *filter(None, [made.pdf])), made.losses)


@dataclass(frozen=True)
class Quarto:
    """An installed Quarto."""

    program: str
    version: str

    def typeset(self, asked: Rendering, stages: Stages) -> Typeset:
        """Check the sources, which Quarto hardly does itself, and render them.

        Raises
        ------
        ChapterFailed
            Quarto stopped, or ignored an unresolved reference or link.
        """
        root, target = asked.root, asked.target.resolve()
        with stages.stage("check the sources"):
            check_book(asked.book, asked.formats, environment=asked.environment)
        remove_frozen(root, execution_digest(asked.book, asked.key))
        check_target(asked.book.project, target)
        with stages.stage("typeset") as notes:
            with working_folder(target) as folder:
                new = folder / "book"
                with _swept(root):
                    _run(self, asked, os.path.relpath(new, root))
                asked.finish(new)
                swap(new, target, folder / OLD)
            notes.append(f"by Quarto {self.version}")
        home = [target / "index.html"] if "html" in asked.formats else []
        return Typeset((*home, *sorted(target.glob("*.pdf"))))


def choose(engine: str) -> Engine:
    """Return the requested engine.

    Parameters
    ----------
    engine
        One of `ENGINES`. "auto" uses Quarto if a recent enough version is on PATH.

    Raises
    ------
    ConfigurationError
        There is no such engine, or Quarto was requested but is missing or too old.
    """
    if engine not in ENGINES:
        raise ConfigurationError(
            f"there is no engine '{engine}'", place="--engine", remedy=f"use {', '.join(ENGINES)}"
        )
    found = None if engine == "embedded" else find()
    new_enough = found is not None and _numbers(found.version) >= OLDEST
    if engine == "quarto" and not new_enough:
        oldest = ".".join(map(str, OLDEST))
        seen = f"Quarto {found.version} is too old" if found else "there is no quarto on PATH"
        raise ConfigurationError(
            seen,
            place="--engine",
            remedy=f"install Quarto {oldest} or newer, or use --engine embedded",
        )
    return found if found is not None and new_enough else Press()


def find() -> Quarto | None:
    """Return the Quarto on PATH, whatever its version."""
    program = shutil.which("quarto")
    if program is None:
        return None
    try:
        done = subprocess.run(
            [program, "--version"], capture_output=True, text=True, check=False, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired):
        return Quarto(program, "of no version")
    return Quarto(program, done.stdout.strip() or "of no version")


def _numbers(version: str) -> tuple[int, ...]:
    found = re.match(r"(\d+)\.(\d+)", version)
    return (int(found[1]), int(found[2])) if found else (0, 0)


@contextmanager
def _swept(root: Path) -> Iterator[None]:
    """Remove files that a failing Quarto leaves in the project, if they were not there before."""
    own = {name for name in LEFT_BEHIND if (root / name).exists()}
    try:
        yield
    finally:
        for name in set(LEFT_BEHIND) - own:
            (root / name).unlink(missing_ok=True)


def _run(quarto: Quarto, asked: Rendering, out: str) -> None:
    project = asked.book.project
    names = {"html": project.format("html").name, "pdf": project.format("typst").name}
    for name in asked.formats:
        arguments = ["render", "--to", names[name], "--output-dir", out, "--no-clean"]
        if project.profiles:
            arguments += ["--profile", ",".join(project.profiles)]
        done = subprocess.run(
            [quarto.program, *arguments, "--no-execute-daemon"],
            cwd=project.root,
            env=_environment(asked),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        _check(quarto, names[name], done.returncode, _COLOUR.sub("", done.stdout))


def _check(quarto: Quarto, name: str, code: int, log: str) -> None:
    if code != 0:
        raise ChapterFailed(
            "\n".join([f"Quarto {quarto.version} could not render {name}:", *_cause(log)]),
            remedy="correct what Quarto names above, or build without Quarto: --engine embedded",
        )
    nowhere = sorted(set(_UNRESOLVED.findall(log)))
    if nowhere:
        raise ChapterFailed(
            f"these lead nowhere: {', '.join(nowhere)}",
            remedy="correct the label or address, or label what it should name",
        )


def _cause(log: str) -> list[str]:
    """Return the lines of a log from Typst's first error, or otherwise its last lines."""
    lines = [line for line in log.splitlines() if line.strip()]
    start = next((n for n, line in enumerate(lines) if _TYPST.search(line)), None)
    return lines[-_LINES:] if start is None else lines[start : start + _LINES]


def _environment(asked: Rendering) -> dict[str, str]:
    """Return this process's environment, changed so that Quarto uses this Python and no hooks."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return {
        **os.environ,
        "PATH": path,
        "QUARTO_PYTHON": sys.executable,
        WITHIN_BUILD: "1",
        **asked.environment,
        "SOURCE_DATE_EPOCH": str(asked.moment),
    }

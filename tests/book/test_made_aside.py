"""A PDF made in another process while the pages are written: the same bytes and errors."""

import subprocess
import sys
from pathlib import Path

import pytest

from press.errors import CellError, Location, LostError, PressError, SeveralMistakesError
from tests.book.test_build import project

ROOT = Path(__file__).parents[2]
BUILD = """
import os, sys
from contextlib import contextmanager
from pathlib import Path
from analysis.parallel.workers import affordable, aside
from press.build import build_book
from press.errors import PressError
if affordable() < 2:
    os._exit(3)
@contextmanager
def elsewhere(make):
    def noted():
        return make(), os.getpid()
    with aside(noted) as result:
        def found():
            made, process = result()
            assert process != os.getpid()
            return made
        yield found
folder = Path(sys.argv[1])
said = []
for name, way in (("aside", elsewhere), ("turn", None)):  # Typst leaves threads behind
    try:
        built = build_book(folder, out=folder / name / "book", timestamp=1, aside=way)
        said.append((built.warnings, built.losses, list(built.seconds)))
        assert built.began["pdf"] <= built.began["html"] + (built.seconds["html"] if way else 9)
    except PressError as error:
        said.append((type(error), str(error), error.place, error.exit_code))
assert said[0] == said[1], said
print(said[1])
"""
HIDDEN = '::: {.content-visible when-format="pdf"}\nA.\n:::\n'
PLAIN = "# One {#sec-one}\n\nSome words, x^2^ and $x^2$.\n\n" + HIDDEN
BROKEN = "# One\n\n::: {.callout-note}\nA.\n\n{{< pagebreak >}}\n\nB.\n:::\n"


@pytest.mark.parametrize(
    ("chapter", "printed"), [(PLAIN, "content for the format pdf"), (BROKEN, "one.qmd:6")]
)
def test_a_pdf_made_aside_is_the_same_and_so_are_its_mistakes(tmp_path, chapter, printed):
    folder = project(tmp_path / "book", chapter)
    done = subprocess.run(
        [sys.executable, "-c", BUILD, str(folder)], cwd=ROOT, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    if done.returncode == 3:
        pytest.skip("one processor")
    assert done.returncode == 0, done.stderr
    assert printed in done.stdout
    turn, aside = (
        {
            path.relative_to(folder / name): path.read_bytes()
            for path in (folder / name).rglob("*")
            if path.is_file()
        }
        for name in ("turn", "aside")
    )
    assert turn == aside
    assert ("book/T.pdf" in map(str, aside)) is (chapter is PLAIN)


@pytest.mark.parametrize(
    "error",
    [
        PressError("what", Location("one.qmd", 3), "remedy"),
        CellError("raised", Location("one.qmd", 3), source="1 / 0", traceback="line 1"),
        LostError(["one", "two"]),
        SeveralMistakesError((PressError("a"), PressError("b"))),
    ],
)
def test_an_error_passes_from_one_process_to_another(error):
    import pickle

    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert {**vars(again), "mistakes": ()} == {**vars(error), "mistakes": ()}

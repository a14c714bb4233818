"""A result is computed again when anything it rests on is another, and at no other time."""

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from analysis import reads
from analysis.cache import Cache, digest_of
from analysis.exhibits.parts.exhibit import Number
from analysis.incremental import Input, Nodes, inputs_of, version_of
from analysis.undeclared_reads import Watch
from tests.unit.steps import Step

ROOT = Path(__file__).parents[2]


def panel(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "schools.csv")


def total(panel: pd.DataFrame) -> int:
    return int(panel["pupils"].sum())


def level(seed: int) -> int:
    return seed * 0


def shown(total: int, level: int) -> Number:
    return Number(total, str(total + level), "pupils", total)


def unwritable(total: int) -> object:
    return iter([total])


def after_unwritable(unwritable: object) -> int:
    return len([unwritable])


FUNCTIONS = (panel, total, level, shown, unwritable, after_unwritable)


@dataclass
class World:
    """What the nodes rest on, to be changed by a test."""

    root: Path
    codes: dict
    conditions: str = "python 3"
    seed: int = 1
    functions: tuple = FUNCTIONS
    uncached: tuple = ()
    unreported: object = lambda _module, _name: ()

    def nodes(self):
        data = self.root / "data"
        files = {
            f"data/{path.name}": digest_of(path.read_bytes()) for path in sorted(data.iterdir())
        }
        code = self.code
        given = inputs_of({"folder": data, "seed": self.seed}, self.root, data, files, code)
        graph = {each.__name__: Step(each.__name__, each) for each in self.functions}
        return Nodes(
            graph, given, code=code, conditions=self.conditions,
            cache=Cache(self.root / ".report" / "kept" / "results", ".pickle"),
            uncached=lambda name: name in self.uncached, watch=Watch(),
            unreported=self.unreported,
        )  # fmt: skip

    def code(self, _module, name):
        return self.codes.get(name, "as it was")

    def computed(self, *names):
        nodes = self.nodes()
        values = [nodes.value(name) for name in names]
        return sorted(nodes.computed), values[-1]


@pytest.fixture
def world(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "schools.csv").write_text("school,pupils\na,10\nb,20\n")
    (tmp_path / ".report").mkdir()
    made = World(tmp_path, {})
    assert made.computed("shown")[0] == ["level", "panel", "shown", "total"]
    return made


def test_nothing_is_computed_twice(world):
    assert world.computed("shown") == ([], Number(30, "30", "pupils", 30))


@pytest.mark.parametrize(
    ("name", "again"),
    [("panel", ["panel"]), ("level", ["level"]), ("shown", ["shown"]), ("total", ["total"])],
)
def test_other_code_computes_what_it_reaches_and_an_equal_value_ends_the_wave(world, name, again):
    world.codes[name] = "another"
    assert world.computed("shown")[0] == again
    assert world.computed("shown")[0] == []


def test_code_of_a_class_counts_for_whoever_takes_its_values(world):
    world.functions = (*FUNCTIONS, after_shown)
    assert world.computed("after_shown")[0] == ["after_shown"]
    world.codes["Number"] = "its method says something else"
    assert world.computed("after_shown")[0] == ["after_shown", "shown"]


def after_shown(shown: Number) -> str:
    return shown.text


def test_a_value_of_a_file_computes_what_follows_from_it(world):
    (world.root / "data" / "schools.csv").write_text("school,pupils\na,10\nb,21\n")
    assert world.computed("shown") == (
        ["panel", "shown", "total"], Number(31, "31", "pupils", 31)
    )  # fmt: skip


def test_a_file_beside_the_data_reads_them_again_and_no_more(world):
    (world.root / "data" / ".DS_Store").write_text("")
    assert world.computed("shown")[0] == ["panel"]


def test_a_setting_computes_what_takes_it(world):
    world.seed = 2
    assert world.computed("shown")[0] == ["level"]


def test_another_package_or_interpreter_computes_everything(world):
    world.conditions = "python 4"
    assert world.computed("shown")[0] == ["level", "panel", "shown", "total"]


def test_what_names_persons_is_not_written_down_and_ends_the_wave_all_the_same(world):
    def stored():
        return b"".join(path.read_bytes() for path in world.root.rglob("*.pickle"))

    assert b"DataFrame" in stored()
    shutil.rmtree(world.root / ".report" / "kept")
    world.uncached = ("panel",)
    assert "panel" in world.computed("shown")[0]
    assert b"DataFrame" not in stored()
    assert world.computed("shown")[0] == []
    world.codes["total"] = "another"
    assert world.computed("shown")[0] == ["panel", "total"]


def test_what_cannot_be_written_down_is_computed_where_it_is_needed_alone(world):
    assert world.computed("after_unwritable")[0] == ["after_unwritable", "unwritable"]
    assert world.computed("after_unwritable")[0] == []


@pytest.mark.parametrize(
    "edit", [lambda d: d[:-1], lambda _: b"", lambda d: d.replace(b"30", b"31")]
)
def test_an_entry_that_was_cut_short_or_altered_is_computed_again(world, edit):
    for path in world.root.rglob("*.pickle"):
        path.write_bytes(edit(path.read_bytes()))
    made, value = world.computed("shown")
    assert value.text == "30"
    assert made


READS = {
    "variable": lambda: os.environ.get("SECRET"),
    "variable as bytes": lambda: os.environb.get(b"SECRET"),
    "names of variables": lambda: sorted(os.environ),
    "home": lambda: Path("~/x").expanduser(),
    "file": lambda: Path("besides.txt").read_text(),
    "file to be appended to": lambda: open("besides.txt", "a+").seek(0),  # noqa: SIM115  # as careless code does
    "file made if it is missing": lambda: os.close(os.open("besides.txt", os.O_RDWR | os.O_CREAT)),
    "file appended to, then read": lambda: (
        open("besides.txt", "a").close(), Path("besides.txt").read_text()
    ),
    "file moved, then read": lambda: (
        Path("aside").mkdir(), os.rename("besides.txt", "aside/x"), Path("aside/x").read_text()
    ),
    "file of the system": lambda: Path("/proc/uptime").read_text(),
    "folder": lambda: os.listdir("."),
    "whether a file is there": lambda: Path("besides.txt").exists(),
    "whether none is there": lambda: os.path.isfile("nothing.txt"),
    "its times": lambda: os.stat("besides.txt").st_mtime,
    "where a link leads": lambda: os.path.islink("besides.txt"),
    "whether it may be read": lambda: os.access("besides.txt", os.R_OK),
    "program": lambda: subprocess.run([sys.executable, "-c", ""], check=True),
    "database": lambda: sqlite3.connect("besides.txt").close(),
    "its code": lambda: None,
}  # fmt: skip


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("what", READS)
def test_what_a_node_reads_besides_is_found_and_it_is_not_kept(world, what, monkeypatch):
    (world.root / "besides.txt").write_text("7")
    monkeypatch.chdir(world.root)
    if what == "its code":
        world.unreported = lambda _, name: ["the clock"] if name == "level" else []

    def level(seed: int) -> int:
        READS[what]()
        shutil.rmtree("aside", ignore_errors=True)
        Path("besides.txt").write_text("7")
        return seed * 0

    world.functions = (panel, total, level, shown)
    world.codes["level"] = "another"
    nodes = world.nodes()
    nodes.value("shown")
    assert list(nodes.watch.found) == ["level"]
    assert world.computed("shown")[0] == ["level"]


def test_what_a_node_was_given_or_made_itself_may_be_read(world):
    def level(seed: int, folder: Path) -> int:
        import wave  # noqa: F401 - a module is known by its digest

        aside = world.root / "aside"
        aside.mkdir()
        (aside / "x").write_text("1")
        with open(world.root / "new", "a+") as new:
            new.write("0")
            new.seek(0)
            zero = int(new.read())
        # The digest of a folder says which files are in it.
        assert (folder / "schools.csv").is_file()
        assert not (folder / "none.csv").exists()
        one = int((aside / "x").read_text())
        return len(list(folder.glob("*.csv"))) + one + zero - 1 - seed

    world.functions = (panel, total, level, shown)
    world.codes["level"] = "another"
    nodes = world.nodes()
    nodes.value("shown")
    assert nodes.watch.found == {}


def test_what_a_library_reads_to_find_or_import_packages_is_not_the_nodes(world, monkeypatch):
    """The listing of the project's folder, where it is on Python's path, and a file of settings."""
    library = world.root / "installed"
    (library / "some-1.0.dist-info").mkdir(parents=True)
    (library / "asks.py").write_text(
        "from importlib import metadata\nfrom pathlib import Path\n"
        "TEXT = Path('settings.txt').read_text()\n"
        "def names():\n    return [each for each in metadata.distributions()]\n"
    )
    (world.root / "settings.txt").write_text("7")
    monkeypatch.chdir(world.root)
    monkeypatch.syspath_prepend(str(library))
    monkeypatch.syspath_prepend(str(world.root))
    reads._origin.cache_clear()
    reads.packages.cache_clear()

    def level(seed: int) -> int:
        import asks

        asks.names()
        return seed * 0

    world.functions = (panel, total, level, shown)
    world.codes["level"] = "another"
    nodes = world.nodes()
    nodes.value("shown")
    assert nodes.watch.found == {}


def test_two_inputs_of_one_value_have_one_version(world):
    assert version_of(1, world.code) == version_of(1, world.code) != version_of(2, world.code)
    assert Input(1, "a").covers == frozenset()


# --- the store ------------------------------------------------------------------------------


def test_a_store_keeps_what_was_used_last(tmp_path):
    cache = Cache(tmp_path / ".report" / "kept")
    cache.folder.parent.mkdir()
    for number, key in enumerate(["aa", "bb", "cc"]):
        cache.write(key, b"x" * 100)
        os.utime(cache._path(key), (number, number))
    later = Cache(cache.folder)
    assert later.read("aa") == b"x" * 100
    later.prune(2 * 165)
    assert [key for key in ("aa", "bb", "cc") if later.read(key)] == ["aa", "cc"]


def test_a_store_is_its_owners_alone(tmp_path):
    cache = Cache(tmp_path / "kept")
    cache.write("aa", b"x")
    assert cache._path("aa").parent.stat().st_mode & 0o077 == 0


def test_half_an_entry_is_never_there(tmp_path, monkeypatch):
    cache = Cache(tmp_path / "kept")
    cache.write("aa", b"old")

    def killed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        cache.write("aa", b"new")
    assert cache.read("aa") == b"old"


WRITES = """
import sys
from pathlib import Path
from analysis.cache import Cache
kept = Cache(Path(sys.argv[1]) / "kept")
kept.write("aa", b"aa" * 2_000_000)
print("begun", flush=True)
while True:
    for key in ("aa", "ab", "bb"):
        kept.write(key, key.encode() * 2_000_000)
"""


def test_a_process_killed_while_it_writes_leaves_whole_entries_or_none(tmp_path):
    draws = random.Random(18)
    for _ in range(4):
        command = [sys.executable, "-c", WRITES, tmp_path]
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as writing:
            writing.stdout.readline()
            time.sleep(draws.uniform(0, 0.05))
            writing.kill()
        cache = Cache(tmp_path / "kept")
        found = {key: cache.read(key) for key in ("aa", "ab", "bb")}
        assert all(data in (None, key.encode() * 2_000_000) for key, data in found.items())


def test_two_processes_that_write_one_entry_leave_it_whole(tmp_path):
    command = [sys.executable, "-c", WRITES, tmp_path]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as one,
        subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as other,
    ):
        one.stdout.readline()
        other.stdout.readline()
        read = [Cache(tmp_path / "kept").read("aa") for _ in range(50)]
        one.kill()
        other.kill()
    assert set(read) <= {None, b"aa" * 2_000_000}
    assert read[-1] is not None


@pytest.mark.parametrize("note", [b"", b"[]", b"{}", b'{"sha256": "0", "classes": [1]}', b"null"])
def test_a_note_that_is_none_is_passed_over_even_under_its_digest(world, note):
    """Whoever edits a clone's store can give an entry the digest of whatever they write."""
    cache = world.nodes().cache
    for path in cache.folder.rglob("*"):
        if path.is_file():
            cache.write(path.name.removesuffix(".pickle"), note)
    assert world.computed("shown") == (
        ["level", "panel", "shown", "total"], Number(30, "30", "pupils", 30)
    )  # fmt: skip


def test_an_entry_put_in_the_place_of_another_is_none(tmp_path):
    cache, (one, other) = Cache(tmp_path), ("a" * 64, "b" * 64)
    cache.write(one, b"0.41")
    cache.write(other, b"0.14")
    (tmp_path / "aa" / one).write_bytes((tmp_path / "bb" / other).read_bytes())
    assert cache.read(one) is None
    assert cache.read(other) == b"0.14"


def test_threads_may_keep_the_same_at_once(tmp_path):
    cache, data = Cache(tmp_path), b"x" * 100_000
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: cache.write("a" * 64, data), range(400)))
    assert cache.read("a" * 64) == data
    assert [each.name for each in tmp_path.rglob("*") if each.is_file()] == ["a" * 64]

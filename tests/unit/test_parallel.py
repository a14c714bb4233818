"""Several processes compute what one does: the same values, keys and errors, and leave none."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from analysis.cache import Cache, PendingCache
from analysis.incremental import Nodes, inputs_of
from analysis.parallel import plan
from analysis.parallel.plan import compute_ahead
from analysis.parallel.workers import NoAnswer, affordable, workers
from analysis.undeclared_reads import Watch
from tests.unit.steps import Step

ROOT = Path(__file__).parents[2]
THIS = os.getpid()


def records(seed):
    return pd.DataFrame({"child_id": ["A", "B"], "events": [seed, 2]})


def total(records):
    return int(records["events"].sum())


def names(records):
    return list(records["child_id"])


def unwritable(total):
    return iter([total])


def taken(unwritable):
    return next(unwritable)


def both(total, names):
    return {"total": total, "names": names}


def mean(total, names):
    return total / len(names)


def told(both, mean, taken):
    return f"{both} {mean} {taken}"


def broken(total):
    raise ValueError(f"no number may be {total}")


def fatal_elsewhere(total):
    if os.getpid() != THIS:
        os.kill(os.getpid(), signal.SIGKILL)
    return total


def undeclared(total):
    return -total * min(1, len((ROOT / "LICENSE").read_text()))


FUNCTIONS = (records, total, names, unwritable, taken, both, mean, told)


@pytest.fixture
def evaluation(tmp_path, monkeypatch):
    """Return a function that makes the nodes of some functions, over one store."""
    monkeypatch.setattr(plan, "FEWEST", 1)

    def make(*others, store="store"):
        graph = {each.__name__: Step(each.__name__, each) for each in (*FUNCTIONS, *others)}
        given = inputs_of({"seed": 1}, tmp_path, tmp_path, {}, lambda *_: "code")
        return Nodes(
            graph, given, code=lambda *_: "code", conditions="python 3",
            cache=PendingCache(tmp_path / store), uncached=lambda name: name == "records",
            watch=Watch(),
        )  # fmt: skip

    return make


def entries(nodes):
    return dict(nodes.cache.pending)


def test_several_processes_give_the_values_versions_and_entries_of_one(evaluation):
    one, several = evaluation(), evaluation(store="other")
    expected = one.value("told")
    compute_ahead(several, ["told"], 2)
    assert sorted(several.computed) == sorted(one.computed)
    assert several.versions == one.versions
    assert entries(several) == entries(one)
    assert several.value("told") == expected == "{'total': 3, 'names': ['A', 'B']} 1.5 3"


def test_nothing_is_stored_before_the_files_are_known_to_be_the_same(evaluation, tmp_path):
    nodes = evaluation()
    compute_ahead(nodes, ["told"], 2)
    assert not (tmp_path / "store").exists()
    nodes.commit()
    again = evaluation()
    compute_ahead(again, ["told"], 2)
    assert again.value("told") == nodes.value("told")
    assert [name for name in again.computed if name not in ("unwritable", "records")] == []


def test_records_that_name_persons_do_not_leave_their_process(evaluation):
    nodes = evaluation()
    compute_ahead(nodes, ["told"], 2)
    assert "records" in nodes.versions
    assert nodes.versions["records"] not in nodes.cache.pending
    assert "records" not in nodes._values


def test_an_error_is_the_one_that_a_single_process_raises(evaluation):
    before = set(multiprocessing.active_children())  # other tests' pools, kept for later use
    nodes = evaluation(broken)
    compute_ahead(nodes, ["broken", "told"], 2)
    with pytest.raises(ValueError, match="no number may be 3"):
        nodes.value("broken")
    assert set(multiprocessing.active_children()) <= before


def test_a_process_that_dies_loses_nothing(evaluation):
    nodes = evaluation(fatal_elsewhere)
    compute_ahead(nodes, ["fatal_elsewhere", "told"], 2)
    assert nodes.value("fatal_elsewhere") == 3
    assert nodes.value("told").endswith("1.5 3")


def test_what_is_read_without_being_an_input_is_found_in_every_process(evaluation):
    nodes = evaluation(undeclared)
    compute_ahead(nodes, ["undeclared"], 2)
    assert list(nodes.watch.found) == ["undeclared"]
    assert nodes.watch.found["undeclared"] == [str(ROOT / "LICENSE")]
    assert nodes.versions["undeclared"] not in nodes.cache.pending


def test_an_idle_process_repeats_what_takes_little_and_waits_for_the_rest(evaluation, monkeypatch):
    """What is computed from records is computed where they are, unless they are soon had."""
    nodes = evaluation()
    order = nodes.upstream(["told"])
    for seconds, elsewhere in ((0.1, True), (30.0, False)):
        here, there = object(), object()
        asked = plan.Plan(evaluation(), PendingCache(Path("unused")), order)
        asked._held = {here: {"records"}, there: set()}
        asked._not_stored, asked._ready = {"records": seconds}, {"total", "names"}
        monkeypatch.setattr(plan, "question", lambda *_: SimpleNamespace(versions={}))
        assert (asked._next(there, alone=False) is not None) == elsewhere
        assert asked._next(here, alone=False) is not None
    assert asked._next(there, alone=True) is not None


def test_few_nodes_are_not_worth_a_process(evaluation, monkeypatch):
    monkeypatch.setattr(plan, "FEWEST", 99)
    nodes = evaluation()
    compute_ahead(nodes, ["told"], 2)
    assert nodes.computed == []


def test_a_cache_that_writes_at_once_is_filled_by_one_process(evaluation, tmp_path):
    nodes = evaluation()
    nodes.cache = Cache(tmp_path / "store")
    compute_ahead(nodes, ["told"], 2)
    assert nodes.computed == []


def test_a_source_that_two_processes_read_in_two_states_is_refused(evaluation, monkeypatch):
    from analysis.parallel import exchange

    read = {"model.py": "a", "other.py": "b"}
    monkeypatch.setattr(exchange, "READ", read)
    made = exchange.Made({}, {}, {}, {"model.py": "c", "other.py": "b", "new.py": "d"}, 0.1)
    exchange.learn(evaluation(), PendingCache(Path("unused")), made)
    assert read == {"model.py": exchange.CONTRADICTED, "other.py": "b", "new.py": "d"}


def test_a_worker_that_fails_says_so_and_prints_nothing(capfd):
    with workers(lambda question: 1 / question, 1) as (worker,):
        worker.ask(2)
        assert worker.answer() == 0.5
        worker.ask(0)
        with pytest.raises(NoAnswer):
            worker.answer()
        worker.ask(1)
        with pytest.raises(NoAnswer):
            worker.answer()
    assert capfd.readouterr() == ("", "")


ALONE = """
import os, signal, sys, time
from analysis.parallel.workers import affordable, workers
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it
assert affordable() == min(4, len(os.sched_getaffinity(0)))
def serve(_):
    time.sleep(60)
with workers(serve, 2) as crew:
    for each in crew:
        each.ask(1)
    print(*(each.process.pid for each in crew), flush=True)
    crew[0].answer()
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_workers_end_with_their_process_however_it_ends(how):
    process = subprocess.Popen(
        [sys.executable, "-c", ALONE], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    with process.stdout:
        pids = [int(pid) for pid in process.stdout.readline().split()]
    assert len(pids) == 2
    assert all(Path(f"/proc/{pid}").exists() for pid in pids)
    process.send_signal(how)
    process.wait(30)
    until = time.monotonic() + 30
    while any(_runs(pid) for pid in pids):
        assert time.monotonic() < until
        time.sleep(0.05)


def _runs(pid):
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def test_a_process_with_other_threads_is_not_forked():
    import threading

    waiting = threading.Event()
    thread = threading.Thread(target=waiting.wait)
    thread.start()
    try:
        assert affordable() == 1
    finally:
        waiting.set()
        thread.join()

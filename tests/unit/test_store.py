"""What a build keeps is believed only as far as it is what was put there."""

import hashlib
import importlib
import json
import os
import pickle
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pandas as pd
import pytest

from analysis.exhibits.parts.exhibit import Number
from analysis.store import DIGESTS, NotStored, Store, unpacked

NUMBER = Number(0.41, "0.41", "ratio", 3)
TABLE = pd.DataFrame(
    {
        "month": pd.period_range("2019-05", periods=2, freq="M"),
        "day": pd.to_datetime(["2019-05-01", "2019-06-01"]),
        "arm": pd.Categorical(["a", "b"]),
        "n": pd.array([1, None], dtype="Int64"),
        "name": ["x", "y"],
    }
)


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path / ".report" / "results" / "key")
    made.folder.parents[1].mkdir()
    made.write({"ratio": NUMBER, "table": TABLE})
    return made


def again(store):
    """Return the store as another process sees it."""
    return Store(store.folder)


def test_what_was_put_there_comes_back(store):
    assert again(store).read("ratio") == NUMBER
    pd.testing.assert_frame_equal(again(store).read("table"), TABLE)
    assert again(store).read_all(["ratio"]) == {"ratio": NUMBER}
    assert again(store).read_all(["ratio", "another"]) is None


def test_a_number_edited_by_hand_is_no_result(store):
    path = store.folder / "ratio.pickle"
    path.write_bytes(path.read_bytes().replace(b"0.41", b"0.31"))
    with pytest.raises(NotStored):
        again(store).read("ratio")
    assert again(store).read_all(["ratio", "table"]) is None


@pytest.mark.parametrize("length", [0, 10, 100])
def test_a_file_cut_short_is_no_result(store, length):
    path = store.folder / "table.pickle"
    path.write_bytes(path.read_bytes()[:length])
    assert again(store).read_all(["table"]) is None


@pytest.mark.parametrize("said", ["", "[1]", "{", '{"ratio": 3}', "null"])
def test_digests_that_cannot_be_read_are_none(store, said):
    (store.folder / DIGESTS).write_text(said)
    assert again(store).read_all(["ratio"]) is None


class Runs:
    def __reduce__(self):
        return os.mkdir, ("made",)


@dataclass(frozen=True)
class OfNobody:
    x: int = 1


@pytest.mark.parametrize("value", [Runs(), OfNobody(), pd.read_pickle, json.loads])
def test_what_could_do_something_is_refused_even_under_its_digest(
    store, value, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    data = pickle.dumps(value)
    (store.folder / "ratio.pickle").write_bytes(data)
    digests = json.loads((store.folder / DIGESTS).read_text())
    digests["ratio"] = hashlib.sha256(data).hexdigest()
    (store.folder / DIGESTS).write_text(json.dumps(digests))
    with pytest.raises(NotStored, match="not made of"):
        again(store).read("ratio")
    assert not (tmp_path / "made").exists()


NO_RESULTS = (b"(lX", b"\x80\x05K\x01K\x02R.", b"\x80\x05\x8c\xff", b"\x80\x05.")


@pytest.mark.parametrize("data", NO_RESULTS)
def test_bytes_that_are_no_result_are_not_taken_for_one(data):
    with pytest.raises(NotStored):
        unpacked(data)


STATE = b"N}X\x05\x00\x00\x00forgeK\x01s\x86b."


@pytest.mark.parametrize(
    "named",
    [
        b"canalysis.exhibits.parts.exhibit\nNumber\n",
        b"cpandas\nDataFrame\n",
        b"cpandas.core.indexes.base\n_new_Index\n",
    ],
)
def test_no_result_changes_a_class_or_function_of_the_program(named):
    with pytest.raises(NotStored, match="no state of"):
        unpacked(b"\x80\x02" + named + STATE)
    module, name = named[1:].decode().split()
    assert not hasattr(getattr(importlib.import_module(module), name), "forge")


@pytest.mark.parametrize("data", [b"\x80\x05K\x01N\x85R.", b"\x80\x02cpandas\nPeriod\nK\x01\x85R."])
def test_whatever_reading_ends_in_is_no_result(store, data):
    (store.folder / "ratio.pickle").write_bytes(data)
    digests = {"ratio": hashlib.sha256(data).hexdigest()}
    (store.folder / DIGESTS).write_text(json.dumps(digests))
    assert again(store).read_all(["ratio"]) is None


def test_threads_may_fill_a_store_at_once(store):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: again(store).write({"ratio": NUMBER, "n": n}), range(60)))
    assert again(store).read("ratio") == NUMBER
    assert [each.name for each in store.folder.parent.iterdir()] == ["key"]


def test_a_result_that_could_not_be_read_back_is_never_kept(store):
    with pytest.raises(pickle.UnpicklingError):
        store.write({"ratio": OfNobody()})

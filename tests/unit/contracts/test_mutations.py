"""A sample of the mistakes that `make prove` makes at random, and whether it would see one."""

from benchmarks.corruptions import Corruption
from benchmarks.mutations import judge, run, subject


def replaced(file: str, old: bytes, new: bytes, *, plausible: bool = False) -> Corruption:
    content = subject().files[file]
    assert content.count(old) == 1
    return Corruption("by hand", file, "", plausible, {file: content.replace(old, new)})


def test_no_mistake_of_the_sample_is_missed() -> None:
    verdicts = run(20)
    assert len(verdicts) == len({verdict.digest for verdict in verdicts}) == 20
    assert [v for v in verdicts if v.outcome in ("missed", "traceback")] == []


def test_a_change_that_no_rule_can_tell_is_seen_to_move_numbers() -> None:
    first = subject().files["evidence.csv"].splitlines()[1]
    other = first.replace(b"supports", b"contradicts")
    moved = judge(replaced("evidence.csv", first, other))
    assert (moved.outcome, "evidence_items" in moved.by) == ("missed", True)
    assert judge(replaced("evidence.csv", first, other, plausible=True)).outcome == "plausible"


def test_what_changes_nothing_is_harmless() -> None:
    content = subject().files["schools.csv"]
    same = Corruption("by hand", "schools.csv", "", False, {"schools.csv": content})
    assert judge(same).outcome == "harmless"


def test_what_a_rule_names_is_caught_by_it() -> None:
    first = subject().files["schools.csv"].splitlines()[1]
    verdict = judge(replaced("schools.csv", first, first.replace(b"Lambeth", b"Lewisham")))
    assert (verdict.outcome, "schools-pilot-code" in verdict.by) == ("caught", True)

"""A sample of the mistakes that `make prove` makes at random."""

from benchmarks.mutations import run


def test_no_mistake_of_the_sample_is_missed() -> None:
    verdicts = run(20)
    assert len(verdicts) == 20
    assert [v for v in verdicts if v.outcome in ("missed", "traceback")] == []

"""Each scenario shows what its name says, and nothing else."""

from collections import Counter
from functools import cache
from math import exp, log
from pathlib import Path
from statistics import fmean

import pytest

from analysis.contracts import read_contracts
from analysis.study.settings import read_study, shift_month
from analysis.synthetic import Recipe, generate
from analysis.synthetic.counts import school_counts
from analysis.synthetic.schools import draw_schools

ROOT = Path(__file__).parents[3]
STUDY = read_study(ROOT / "study.toml")
RECIPE = Recipe(read_contracts(ROOT / "data_contracts"))
START = "2019-05"
AFTER = [month for month in STUDY.window.months(START) if month >= START]
LIKE = [shift_month(month, -12) for month in AFTER]
Key = tuple[str, str, str, str]


@cache
def totals(name: str, seed: int) -> Counter[Key]:
    """Count by pilot, arm, outcome and period, over the compared months."""
    scenario = STUDY.synthetic.scenario(name)
    found: Counter[Key] = Counter()
    for school in draw_schools(STUDY, scenario, RECIPE, seed):
        pilot = school.candidate.pilot.name
        counts = school_counts(school.candidate, scenario, treated=school.treated, noisy=False)
        for outcome, by_month in counts.items():
            for period, months in (("after", AFTER), ("before", LIKE)):
                found[pilot, school.arm, outcome, period] += sum(by_month[m] for m in months)
    return found


def log_ratio(counts: Counter[Key], pilot: str, outcome: str) -> float:
    """Return the log ratio of changes, from four totals."""

    def change(arm: str) -> float:
        after, before = (counts[pilot, arm, outcome, period] for period in ("after", "before"))
        return log(after / before)

    return change("intervention") - change("comparison")


def mean_ratio(name: str, pilot: str, outcome: str, seeds: int = 12) -> float:
    """Return the geometric mean of the ratio over several draws."""
    return exp(fmean(log_ratio(totals(name, seed), pilot, outcome) for seed in range(seeds)))


# The standard error of a log ratio is about 0.25 in one draw, 0.07 over twelve; four of
# them is 0.3, so a ratio of 1 is found between 0.75 and 1.33.


@pytest.mark.parametrize(
    ("name", "pilot", "outcome", "ratio"),
    [
        ("published-directions", "Lambeth", "s47_enquiries", 0.38),
        ("published-directions", "Southampton", "s47_enquiries", 0.42),
        ("published-directions", "Stockport", "s47_enquiries", 1.0),
        ("published-directions", "Stockport", "s17_starts", 0.42),
        ("published-directions", "Southampton", "s17_starts", 1.0),
        ("published-directions", "Lambeth", "referrals", 1.0),
        ("no-effect", "Lambeth", "s47_enquiries", 1.0),
        ("no-effect", "Stockport", "s17_starts", 1.0),
        ("harm", "Southampton", "s47_enquiries", 1.5),
        ("harm", "Southampton", "referrals", 1.0),
        ("threshold-change", "Southampton", "s47_enquiries", 0.6),
        # Starts gain what enquiries lose: 1 + 0.4 x rate of enquiries / rate of starts.
        ("threshold-change", "Stockport", "s17_starts", 1 + 0.4 * 1.4 / 1.8),
    ],
)
def test_the_ratio_that_was_set_is_found(name: str, pilot: str, outcome: str, ratio: float) -> None:
    assert log(mean_ratio(name, pilot, outcome)) == pytest.approx(log(ratio), abs=0.3)


@pytest.mark.parametrize("pilot", ["Lambeth", "Southampton", "Stockport"])
def test_choosing_high_counts_alone_looks_like_a_fall(pilot: str) -> None:
    # Plan 1.9(a): the highest of many schools, unmatched, give about 0.57 without any effect.
    assert 0.4 < mean_ratio("regression-to-the-mean", pilot, "s47_enquiries") < 0.75
    # What schools were not chosen by does not regress.
    assert 0.75 < mean_ratio("regression-to-the-mean", pilot, "referrals") < 1.33


def test_a_changed_threshold_leaves_need_as_it_was() -> None:
    before_and_after = []
    for seed in range(6):
        changed, as_was = totals("threshold-change", seed), totals("no-effect", seed)
        for pilot in ("Lambeth", "Southampton", "Stockport"):
            keys = [(pilot, "intervention", o, "after") for o in ("s47_enquiries", "s17_starts")]
            before_and_after.append((sum(changed[k] for k in keys), sum(as_was[k] for k in keys)))
    found, expected = map(sum, zip(*before_and_after, strict=True))
    assert found == pytest.approx(expected, rel=0.04)


def test_scenarios_of_one_seed_differ_only_where_their_effects_are() -> None:
    published, none = totals("published-directions", 1), totals("no-effect", 1)
    differ = {key[:3] for key in none if published[key] != none[key]}
    assert differ == {
        ("Lambeth", "intervention", "s47_enquiries"),
        ("Southampton", "intervention", "s47_enquiries"),
        ("Stockport", "intervention", "s17_starts"),
    }
    assert {key[3] for key in none if published[key] != none[key]} == {"after"}


def test_one_noisy_school_in_each_pilot_and_only_after_the_start() -> None:
    def events(name: str) -> Counter[tuple[str, bool]]:
        drawn = generate(STUDY, STUDY.synthetic.scenario(name), RECIPE)["child_events"]
        return Counter((event["school_id"], event["event_date"] >= START) for event in drawn)

    noisy, usual = events("noisy-school"), events("no-effect")
    louder = {key for key in usual if noisy[key] > usual[key]}
    assert len(louder) == 3
    for school_id, is_after in louder:
        assert is_after
        # Four times the events, within three standard errors of the larger count.
        expected = 4 * usual[school_id, True]
        assert abs(noisy[school_id, True] - expected) < 3 * (4 * expected) ** 0.5

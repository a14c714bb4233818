"""The report's own tables: terms add up to before and after, so both are hidden together."""

from types import SimpleNamespace
from typing import Any

import pandas as pd

from analysis.disclosure import PUBLIC
from analysis.disclosure.outcomes import ReleasedOutcomes, release_outcomes

S47: Any = SimpleNamespace(name="s47_enquiries", measure="events", event_type="s47_enquiry")
CARE: Any = SimpleNamespace(name="days_in_care", measure="days", event_type="")
MONTHS = pd.period_range("2019-05", periods=10, freq="M")
TERMS = ["Summer 2019"] * 4 + ["Autumn 2019"] * 4 + ["Spring 2020"] * 2


def panel() -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"outcome": outcome, "pilot": "Lambeth", "school_id": school, "arm": arm,
             "month": month, "term": term, "window": "after", "returned": True}
            for outcome in ("s47_enquiries", "days_in_care")
            for school, arm in (("S001", "intervention"), ("S002", "comparison"))
            for month, term in zip(MONTHS, TERMS, strict=True)
        ]
    )  # fmt: skip


def events(*by_month: int) -> pd.DataFrame:
    """Return events of ever new children at both schools, so many a month."""
    days = [f"{month}-10" for month, n in zip(MONTHS, by_month, strict=True) for _ in range(n)]
    return pd.DataFrame(
        {
            "child_id": [f"C{n}" for n in range(2 * len(days))],
            "school_id": ["S001"] * len(days) + ["S002"] * len(days),
            "event_type": "s47_enquiry",
            "event_date": pd.to_datetime(days * 2),
        }
    )


def episodes(children: int, days: int = 20) -> pd.DataFrame:
    started = pd.Timestamp("2019-05-02")
    return pd.DataFrame(
        {
            "child_id": [f"C{n}" for n in range(children)],
            "school_id": "S001",
            "started": started,
            "ended": started + pd.Timedelta(days=days),
        }
    )


def counts(out: ReleasedOutcomes, table: str, outcome: str, arm: str) -> list[object]:
    found = out.tables[table]
    chosen = (found["outcome"] == outcome) & (found["arm"] == arm)
    return found.loc[chosen, "count"].tolist()


def release(by_month: tuple[int, ...], children: int = 8) -> ReleasedOutcomes:
    care = episodes(children)
    return release_outcomes(panel(), events(*by_month), care, [S47, CARE], PUBLIC)


def test_a_small_term_takes_another_along_since_the_period_is_shown() -> None:
    out = release((5, 5, 5, 5, 4, 4, 4, 4, 2, 2))
    # In the order of the terms' names: Autumn 16, Spring 4, Summer 20. Spring alone would
    # follow from 40 in the whole period.
    assert counts(out, "before_after", "s47_enquiries", "intervention") == [40]
    assert counts(out, "terms", "s47_enquiries", "intervention") == ["c", "c", 20]
    assert out.tables["all"]["count"].tolist() == [80]
    assert out.check["safe"].all()


def test_terms_are_shown_where_none_is_small() -> None:
    out = release((5, 5, 5, 5, 4, 4, 4, 4, 3, 3))
    assert counts(out, "terms", "s47_enquiries", "intervention") == [16, 6, 20]
    assert out.statuses["terms"].outcome == "released"


def test_days_go_by_the_children_behind_them() -> None:
    few, enough = release((6,) * 10, children=5), release((6,) * 10, children=6)
    assert counts(few, "before_after", "days_in_care", "intervention") == ["c"]
    assert counts(enough, "before_after", "days_in_care", "intervention") == [120]
    # Nobody in care is a true zero.
    assert counts(few, "before_after", "days_in_care", "comparison") == [0]


def test_months_without_a_return_count_nowhere() -> None:
    frame = panel()
    frame.loc[frame["month"] == MONTHS[0], "returned"] = False
    out = release_outcomes(frame, events(*(6,) * 10), episodes(8), [S47, CARE], PUBLIC)
    assert counts(out, "before_after", "s47_enquiries", "intervention") == [54]


def test_what_a_window_leaves_of_a_term_is_kept_as_a_count_is() -> None:
    """The window less its other terms: 22 less 20 is 2, which is in no table."""
    frame = panel()
    # The window ends after the first of the two months of spring.
    frame.loc[frame["month"] == MONTHS[-1], "window"] = "earlier"
    out = release_outcomes(
        frame, events(3, 3, 2, 2, 3, 3, 2, 2, 2, 9), episodes(8), [S47, CARE], PUBLIC
    )
    assert counts(out, "before_after", "s47_enquiries", "intervention") == [22]
    # Autumn, Spring, Summer. Both arms have so few that the total would tell spring by itself.
    assert counts(out, "terms", "s47_enquiries", "intervention") == [10, "c", "c"]
    assert counts(out, "parts_of_terms", "s47_enquiries", "intervention") == [10, "c", 9, "c"]
    assert out.check["safe"].all()

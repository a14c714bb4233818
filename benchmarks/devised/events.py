"""Corruptions of events: lost, moved, retyped, misdated and duplicated."""

from __future__ import annotations

import pandas as pd

from benchmarks.devised.sent import ARMS, KINDS, PILOTS, START, Devised, Sent

devised = Devised()
EVENTS = "child_events"
LAST = "2020-02-29"


def _lose(s: Sent, rows: pd.Series) -> None:
    """Remove events, and children who then have no records."""
    s.drop(EVENTS, rows)
    s.keep_used_children()


def _some(s: Sent, share: float, **where: object) -> pd.Series:
    return s.some(s.rows(EVENTS, **where), share)  # type: ignore[arg-type]  # as rows takes them


def _month(s: Sent, month: str) -> pd.Series:
    return s[EVENTS]["event_date"].str[:7].eq(month)


# --- lost at random ---------------------------------------------------------------------

for _words, _share in (("two", 0.5), ("three", 0.33), ("ten", 0.1), ("a hundred", 0.01)):
    devised.add(f"One event in {_words} lost", lambda s, h=_share: _lose(s, _some(s, h)))
devised.add("Every second event lost", lambda s: _lose(s, pd.Series(s[EVENTS].index % 2 == 1)))
for _arm in ARMS:
    devised.add(
        f"One event in two of {_arm} schools lost",
        lambda s, a=_arm: _lose(s, _some(s, 0.5, arm=a)),
    )
    for _words, _share in (("two", 0.5), ("four", 0.25)):
        devised.add(
            f"One event in {_words} of {_arm} schools lost after the start",
            lambda s, a=_arm, h=_share: _lose(s, _some(s, h, arm=a, after=True)),
        )
for _pilot in PILOTS:
    devised.add(
        f"One event in two of {_pilot} lost", lambda s, p=_pilot: _lose(s, _some(s, 0.5, pilot=p))
    )
    for _arm in ARMS:
        devised.add(
            f"One event in two of {_pilot}'s {_arm} schools lost after the start",
            lambda s, p=_pilot, a=_arm: _lose(s, _some(s, 0.5, pilot=p, arm=a, after=True)),
        )
for _kind, _words in KINDS.items():
    devised.add(
        f"One in two {_words} lost", lambda s, k=_kind: _lose(s, _some(s, 0.5, event_type=k))
    )
    devised.add(
        f"One in two {_words} of intervention schools lost after the start",
        lambda s, k=_kind: _lose(s, _some(s, 0.5, arm="intervention", after=True, event_type=k)),
    )


# --- lost as a whole --------------------------------------------------------------------

for _kind, _words in KINDS.items():
    for _arm in ARMS:
        devised.add(
            f"All {_words} of {_arm} schools lost after the start",
            lambda s, k=_kind, a=_arm: _lose(s, s.rows(EVENTS, arm=a, after=True, event_type=k)),
        )
    for _pilot in PILOTS:
        devised.add(
            f"All {_words} of {_pilot}'s intervention schools lost after the start",
            lambda s, k=_kind, p=_pilot: _lose(
                s, s.rows(EVENTS, pilot=p, arm="intervention", after=True, event_type=k)
            ),
        )
        devised.add(
            f"{_words} of {_pilot} lost in November 2019",
            lambda s, k=_kind, p=_pilot: _lose(
                s, s.rows(EVENTS, pilot=p, event_type=k) & _month(s, "2019-11")
            ),
        )
for _when in ("2018-08", "2019-11"):
    devised.add(f"All events of {_when} lost", lambda s, m=_when: _lose(s, _month(s, m)))
for _pilot in PILOTS:
    devised.add(
        f"Events of {_pilot} lost in November 2019",
        lambda s, p=_pilot: _lose(s, s.rows(EVENTS, pilot=p) & _month(s, "2019-11")),
    )
    for _arm in ARMS:
        devised.add(
            f"Events of {_pilot}'s {_arm} schools lost in November 2019",
            lambda s, p=_pilot, a=_arm: _lose(
                s, s.rows(EVENTS, pilot=p, arm=a) & _month(s, "2019-11")
            ),
        )
for _words, _share in (("half", 0.5), ("nine tenths", 0.9), ("ninety-eight hundredths", 0.98)):
    devised.add(
        f"The file of events cut after {_words} of its rows",
        lambda s, h=_share: _lose(s, pd.Series(s[EVENTS].index >= h * len(s[EVENTS]))),
    )
devised.add("The first thousand events lost", lambda s: _lose(s, pd.Series(s[EVENTS].index < 1000)))
devised.add(
    "Events of the last ten days lost",
    lambda s: _lose(s, s[EVENTS]["event_date"].ge("2020-02-20")),
)
devised.add(
    "A child's second and later events lost",
    lambda s: _lose(s, s[EVENTS].duplicated("child_id")),
)
devised.add(
    "A child's second and later events of one kind lost",
    lambda s: _lose(s, s[EVENTS].duplicated(["child_id", "event_type"])),
)


def _of_school(s: Sent, phase: str, place: int, *, after: bool | None = None) -> pd.Series:
    return s.rows(EVENTS, school_id=s.school(phase, place=place), after=after)


for _phase, _place, _words in (
    ("secondary", 0, "the secondary school with the most events"),
    ("secondary", -1, "the secondary school with the fewest events"),
    ("primary", 0, "the primary school with the most events"),
    ("primary", -1, "the primary school with the fewest events"),
):
    devised.add(
        f"All events of {_words} lost",
        lambda s, f=_phase, n=_place: _lose(s, _of_school(s, f, n)),
    )
    devised.add(
        f"All events of {_words} lost after the start",
        lambda s, f=_phase, n=_place: _lose(s, _of_school(s, f, n, after=True)),
    )


# --- moved to another school ------------------------------------------------------------


def _move(s: Sent, rows: pd.Series) -> None:
    """Move the children of these events, with all their records, to the school's match."""
    pairs = {**s.pairs(), **{b: a for a, b in s.pairs().items()}}
    moved = set(s[EVENTS].loc[rows, "child_id"])
    for name in ("children", EVENTS, "care_episodes"):
        s.replace(name, "school_id", pairs, s[name]["child_id"].isin(moved))


for _phase, _place, _words in (
    ("secondary", 0, "a secondary school"),
    ("primary", 0, "a primary school with many"),
    ("primary", -1, "a primary school with few"),
):
    devised.add(
        f"All events of {_words} moved to its match with their children",
        lambda s, f=_phase, n=_place: _move(s, _of_school(s, f, n)),
    )
    devised.add(
        f"Children of {_words} with events after the start moved to its match",
        lambda s, f=_phase, n=_place: _move(s, _of_school(s, f, n, after=True)),
    )
devised.add(
    "Events of one secondary school moved to its match without their children",
    lambda s: s.replace(EVENTS, "school_id", s.pairs(), _of_school(s, "secondary", 0)),
)


# --- retyped ----------------------------------------------------------------------------

for _one, _other in (("referral", "s17_start"), ("s17_start", "s47_enquiry"),
                     ("referral", "s47_enquiry")):  # fmt: skip
    _swap = {_one: _other, _other: _one}
    devised.add(
        f"{KINDS[_one]} and {KINDS[_other]} exchanged",
        lambda s, w=_swap: s.replace(EVENTS, "event_type", w, s.rows(EVENTS)),
    )
    for _pilot in PILOTS:
        devised.add(
            f"{KINDS[_one]} and {KINDS[_other]} exchanged in {_pilot}",
            lambda s, w=_swap, p=_pilot: s.replace(
                EVENTS, "event_type", w, s.rows(EVENTS, pilot=p)
            ),
        )
    devised.add(
        f"{KINDS[_one]} and {KINDS[_other]} exchanged in intervention schools after the start",
        lambda s, w=_swap: s.replace(
            EVENTS, "event_type", w, s.rows(EVENTS, arm="intervention", after=True)
        ),
    )
DIVERTED = {"s47_enquiry": "s17_start"}
devised.add(
    "Four in ten enquiries of intervention schools entered as Section 17 starts after the start",
    lambda s: s.replace(
        EVENTS, "event_type", DIVERTED, _some(s, 0.4, arm="intervention", after=True)
    ),
)
devised.add(
    "One enquiry in twenty entered as a Section 17 start",
    lambda s: s.replace(EVENTS, "event_type", DIVERTED, _some(s, 0.05)),
)
devised.add(
    "All enquiries entered as Section 17 starts",
    lambda s: s.replace(EVENTS, "event_type", DIVERTED, s.rows(EVENTS)),
)


@devised("Types in another order of rows")
def _(s: Sent) -> None:
    s.put(EVENTS, s.rows(EVENTS), "event_type", s[EVENTS]["event_type"].to_numpy()[::-1])


# --- dated otherwise --------------------------------------------------------------------


def _date(s: Sent, rows: pd.Series, days: pd.Series) -> None:
    """Change the dates of events if the new day is possible for child, school and window."""
    child = s["children"].set_index("child_id")
    ids = s[EVENTS]["child_id"]
    first, last = ids.map(child["first_day"]), ids.map(child["last_day"]).replace("", LAST)
    returned = s["school_months"][s["school_months"]["returned"].eq("yes")]
    known = set(zip(returned["school_id"], returned["month"], strict=True))
    place = [key in known for key in zip(s[EVENTS]["school_id"], days.str[:7], strict=True)]
    fits = rows & days.notna() & (days >= first) & (days <= last) & pd.Series(place, rows.index)
    s.put(EVENTS, fits, "event_date", days[fits])


def _swapped(s: Sent) -> pd.Series:
    """Return dates with day and month swapped; missing if there is no such date."""
    old = s[EVENTS]["event_date"]
    return (old.str[:5] + old.str[8:] + "-" + old.str[5:7]).where(old.str[8:] <= "12")


def _moved(s: Sent, days: int) -> pd.Series:
    found = pd.to_datetime(s[EVENTS]["event_date"]) + pd.Timedelta(days=days)
    return found.dt.strftime("%Y-%m-%d")


devised.add(
    "Day and month exchanged where the calendar allows",
    lambda s: _date(s, s.rows(EVENTS), _swapped(s)),
)
for _pilot in PILOTS:
    devised.add(
        f"Day and month exchanged in {_pilot} where the calendar allows",
        lambda s, p=_pilot: _date(s, s.rows(EVENTS, pilot=p), _swapped(s)),
    )
devised.add(
    "Day and month exchanged in one event in ten where the calendar allows",
    lambda s: _date(s, _some(s, 0.1), _swapped(s)),
)
devised.add(
    "Day and month exchanged and weekends moved to Mondays",
    lambda s: _date(s, s.rows(EVENTS), _weekdays(_swapped(s))),
)


def _weekdays(days: pd.Series) -> pd.Series:
    found = pd.to_datetime(days)
    moved = found + pd.to_timedelta(
        (7 - found.dt.dayofweek).where(found.dt.dayofweek > 4, 0), unit="D"
    )
    return moved.dt.strftime("%Y-%m-%d")


for _days in (-28, -7, 7, 28, 84):
    devised.add(
        f"Events dated {abs(_days)} days too {'early' if _days < 0 else 'late'}",
        lambda s, d=_days: _date(s, s.rows(EVENTS), _moved(s, d)),
    )
for _arm in ARMS:
    devised.add(
        f"Events of {_arm} schools dated eight weeks late",
        lambda s, a=_arm: _date(s, s.rows(EVENTS, arm=a), _moved(s, 56)),
    )
devised.add(
    "Events of the first months after the start dated before it in intervention schools",
    lambda s: _date(
        s,
        s.rows(EVENTS, arm="intervention", after=True) & s[EVENTS]["event_date"].lt("2019-08-01"),
        _moved(s, -91),
    ),
)
devised.add(
    "One event in three after the start dated a year before in intervention schools",
    lambda s: _date(s, _some(s, 0.33, arm="intervention", after=True), _moved(s, -364)),
)
for _words, _day in (("first", "01"), ("fifteenth", "15")):
    devised.add(
        f"Events dated on the {_words} of their month",
        lambda s, d=_day: _date(s, s.rows(EVENTS), s[EVENTS]["event_date"].str[:8] + d),
    )
devised.add(
    "Events dated on the last working day of their month, when they were entered",
    lambda s: _date(s, s.rows(EVENTS), _month_ends(s)),
)


def _month_ends(s: Sent) -> pd.Series:
    ends = pd.to_datetime(s[EVENTS]["event_date"]) + pd.offsets.BMonthEnd(0)
    return ends.dt.strftime("%Y-%m-%d")


devised.add(
    "Events dated on the Monday of their week",
    lambda s: _date(
        s,
        s.rows(EVENTS),
        (
            pd.to_datetime(s[EVENTS]["event_date"])
            - pd.to_timedelta(pd.to_datetime(s[EVENTS]["event_date"]).dt.dayofweek, unit="D")
        ).dt.strftime("%Y-%m-%d"),
    ),
)


@devised("Dates in another order of rows within each school")
def _(s: Sent) -> None:
    flipped = s[EVENTS].groupby("school_id")["event_date"].transform(lambda v: v.to_numpy()[::-1])
    _date(s, s.rows(EVENTS), flipped)


# --- sent again -------------------------------------------------------------------------

for _days in (0, 1, 3, 5, 10, 28):
    devised.add(
        f"One event in ten sent again {f'{_days} days later' if _days else 'on the same day'}",
        lambda s, d=_days: s.again(EVENTS, _earlier(s, 0.1), "event_id", d, "event_date"),
    )


def _earlier(s: Sent, share: float, **where: object) -> pd.Series:
    """Return some of the events more than a month before the child left or the window ended."""
    child = s["children"].set_index("child_id")["last_day"].replace("", LAST)
    left = s[EVENTS]["child_id"].map(child)
    until = pd.to_datetime(left) - pd.Timedelta(days=31)
    return _some(s, share, **where) & (pd.to_datetime(s[EVENTS]["event_date"]) < until)


devised.add(
    "All events of comparison schools sent again four weeks later",
    lambda s: s.again(EVENTS, _earlier(s, 1.0, arm="comparison"), "event_id", 28, "event_date"),
)
devised.add(
    "Events of comparison schools after the start sent again four weeks later",
    lambda s: s.again(
        EVENTS, _earlier(s, 1.0, arm="comparison", after=True), "event_id", 28, "event_date"
    ),
)


@devised("Each enquiry sent as a Section 17 start of the same day too")
def _(s: Sent) -> None:
    count = len(s[EVENTS])
    s.again(EVENTS, s.rows(EVENTS, event_type="s47_enquiry"), "event_id", 0, "event_date")
    new = pd.Series(s[EVENTS].index >= count, s[EVENTS].index)
    s.put(EVENTS, new, "event_type", "s17_start")


@devised("One referral in four sent as an enquiry of the same day too, after the start")
def _(s: Sent) -> None:
    count = len(s[EVENTS])
    s.again(EVENTS, _some(s, 0.25, event_type="referral", after=True), "event_id", 0, "event_date")
    new = pd.Series(s[EVENTS].index >= count, s[EVENTS].index)
    s.put(EVENTS, new, "event_type", "s47_enquiry")


devised.add(
    "Events of the week before the start dated on the day of the start",
    lambda s: _date(
        s,
        s[EVENTS]["event_date"].between("2019-04-22", "2019-04-30"),
        pd.Series(START, s[EVENTS].index),
    ),
)

CORRUPTIONS = tuple(devised.found)

"""Corruptions of children and of their episodes of care."""

from __future__ import annotations

import pandas as pd

from benchmarks.devised.sent import ARMS, PILOTS, START, Devised, Sent

devised = Devised()
END = "2020-02-29"


# --- children ---------------------------------------------------------------------------------


def _without(s: Sent, children: pd.Series) -> None:
    """Remove children with all their records."""
    gone = set(s["children"].loc[children, "child_id"])
    for name in ("children", "child_events", "care_episodes"):
        s.drop(name, s[name]["child_id"].isin(gone))


def _children(s: Sent, share: float, **where: str) -> pd.Series:
    return s.some(s.rows("children", **where), share)


for _words, _share in (
    ("One child in two", 0.5),
    ("One child in ten", 0.1),
    ("One child in fifty", 0.02),
):
    devised.add(f"{_words} lost with all records", lambda s, h=_share: _without(s, _children(s, h)))
for _arm in ARMS:
    devised.add(
        f"One child in two of {_arm} schools lost with all records",
        lambda s, a=_arm: _without(s, _children(s, 0.5, arm=a)),
    )
for _pilot in PILOTS:
    devised.add(
        f"One child in three of {_pilot} lost with all records",
        lambda s, p=_pilot: _without(s, _children(s, 0.33, pilot=p)),
    )
devised.add(
    "Children who have left lost with all records",
    lambda s: _without(s, s["children"]["last_day"].ne("")),
)
devised.add(
    "Children who came during the window lost with all records",
    lambda s: _without(s, s["children"]["first_day"].ge("2017-05-01")),
)
devised.add(
    "The last hundred children of the file lost with all records",
    lambda s: _without(s, pd.Series(s["children"].index >= len(s["children"]) - 100)),
)
devised.add(
    "Children over fourteen at the start lost with all records",
    lambda s: _without(s, s["children"]["birth_month"].lt("2005-05")),
)
devised.add(
    "Children without a last day given the last day of the window",
    lambda s: s.put("children", s["children"]["last_day"].eq(""), "last_day", END),
)
devised.add(
    "Last days blank in intervention schools",
    lambda s: s.put("children", s.rows("children", arm="intervention"), "last_day", ""),
)
devised.add(
    "Birth months all January of their year",
    lambda s: s.put(
        "children", s["children"]["child_id"].ne(""), "birth_month",
        s["children"]["birth_month"].str[:4] + "-01",
    ),
)  # fmt: skip


@devised("Birth months one year too late")
def _(s: Sent) -> None:
    years = s["children"]["birth_month"].str[:4].astype(int) + 1
    moved = years.astype(str) + s["children"]["birth_month"].str[4:]
    s.put("children", s["children"]["child_id"].ne(""), "birth_month", moved)


devised.add(
    "First days a week too early",
    lambda s: s.shift("children", s["children"]["child_id"].ne(""), "first_day", -7),
)


@devised("Children of two primary schools of one arm and pilot exchanged with their records")
def _(s: Sent) -> None:
    one, other = (s.school("primary", "intervention", "Stockport", place) for place in (0, 1))
    s.exchange({one: other}, "children", "child_events", "care_episodes")


@devised("Children of one small school moved to its match with their records")
def _(s: Sent) -> None:
    one = s.school("primary", "intervention", "Stockport", -1)
    for name in ("children", "child_events", "care_episodes"):
        s.replace(name, "school_id", s.pairs(), s[name]["school_id"].eq(one))


@devised("Two children of one school joined as one")
def _(s: Sent) -> None:
    some = s["children"][s["children"]["school_id"].eq(s.school("secondary"))]["child_id"]
    for name in ("child_events", "care_episodes"):
        s.replace(name, "child_id", {some.iloc[1]: some.iloc[0]}, s[name]["child_id"].ne(""))
    s.drop("children", s["children"]["child_id"].eq(some.iloc[1]))


@devised("One child in five split in two, with half of the records each")
def _(s: Sent) -> None:
    own = s["children"][_children(s, 0.2)]
    swap = dict(zip(own["child_id"], [f"C{90000 + n}" for n in range(len(own))], strict=True))
    events = s["child_events"]
    later = events.groupby("child_id").cumcount() % 2 == 1
    s.replace("child_events", "child_id", swap, later)
    copies = own.assign(child_id=own["child_id"].map(swap))
    s.tables["children"] = pd.concat([s["children"], copies], ignore_index=True)
    s.keep_used_children()


# --- care -------------------------------------------------------------------------------------

ALL_CARE = "care_episodes"
devised.add(
    "Episodes that start after the start left out",
    lambda s: s.drop(ALL_CARE, s.rows(ALL_CARE, after=True)),
)
for _pilot in PILOTS[1:]:
    devised.add(
        f"Episodes of {_pilot} that start after the start left out",
        lambda s, p=_pilot: s.drop(ALL_CARE, s.rows(ALL_CARE, after=True, pilot=p)),
    )
    devised.add(
        f"One episode in two of {_pilot} lost",
        lambda s, p=_pilot: s.drop(ALL_CARE, s.some(s.rows(ALL_CARE, pilot=p), 0.5)),
    )
for _arm in ARMS:
    devised.add(
        f"Episodes of {_arm} schools that start after the start left out",
        lambda s, a=_arm: s.drop(ALL_CARE, s.rows(ALL_CARE, after=True, arm=a)),
    )
    devised.add(
        f"One episode in two of {_arm} schools lost",
        lambda s, a=_arm: s.drop(ALL_CARE, s.some(s.rows(ALL_CARE, arm=a), 0.5)),
    )
devised.add("One episode in three lost", lambda s: s.drop(ALL_CARE, s.some(s.rows(ALL_CARE), 0.33)))
devised.add(
    "Episodes that have not ended left out",
    lambda s: s.drop(ALL_CARE, s[ALL_CARE]["ended"].eq("")),
)
devised.add(
    "Half of the last days of episodes blank",
    lambda s: s.put(ALL_CARE, s.some(s.rows(ALL_CARE), 0.5), "ended", ""),
)
devised.add(
    "Last days of episodes blank in intervention schools",
    lambda s: s.put(ALL_CARE, s.rows(ALL_CARE, arm="intervention"), "ended", ""),
)
devised.add(
    "Episodes that have not ended given the last day of the window",
    lambda s: s.put(ALL_CARE, s[ALL_CARE]["ended"].eq(""), "ended", END),
)


def _lengths(s: Sent, factor: float, rows: pd.Series) -> None:
    rows = rows & s[ALL_CARE]["ended"].ne("")
    began = pd.to_datetime(s[ALL_CARE].loc[rows, "started"])
    days = (pd.to_datetime(s[ALL_CARE].loc[rows, "ended"]) - began).dt.days * factor
    ends = (began + pd.to_timedelta(days.round(), unit="D")).clip(upper=pd.Timestamp(END))
    s.put(ALL_CARE, rows, "ended", ends.dt.strftime("%Y-%m-%d"))


for _words, _factor in (("a seventh", 1 / 7), ("half", 0.5), ("nine tenths", 0.9), ("twice", 2.0)):
    devised.add(
        f"Lengths of episodes {_words} of the true ones",
        lambda s, f=_factor: _lengths(s, f, s.rows(ALL_CARE)),
    )
devised.add(
    "Lengths of episodes half of the true ones in intervention schools after the start",
    lambda s: _lengths(s, 0.5, s.rows(ALL_CARE, arm="intervention", after=True)),
)
devised.add(
    "First days of episodes a fortnight late",
    lambda s: s.shift(ALL_CARE, s.rows(ALL_CARE), "started", 14),
)
devised.add(
    "Last days of episodes a day late",
    lambda s: s.shift(
        ALL_CARE, s[ALL_CARE]["ended"].between("2017-05-02", "2020-02-27"), "ended", 1
    ),
)
devised.add(
    "First and last days of episodes in the first half of a month exchange day and month",
    lambda s: _day_for_month(s, "started"),
)


def _day_for_month(s: Sent, column: str) -> None:
    old = s[ALL_CARE][column]
    fits = old.str[8:].ne("") & (old.str[8:] <= "12") & old.ne("")
    swapped = old[fits].map(lambda d: f"{d[:5]}{d[8:]}-{d[5:7]}")
    later = swapped[(swapped <= END) & (swapped >= "2017-05-01")]
    s.put(ALL_CARE, old.index.isin(later.index), column, later)


@devised("Episodes of one school moved to another of its arm with its children")
def _(s: Sent) -> None:
    one, other = (s.school("secondary", "intervention", "Southampton", place) for place in (0, 1))
    for name in ("children", "child_events", "care_episodes"):
        s.replace(name, "school_id", {one: other}, s[name]["school_id"].eq(one))


@devised("Every third episode sent again, started a week after it ended")
def _(s: Sent) -> None:
    own = s[ALL_CARE]
    last = own.groupby("child_id").cumcount(ascending=False).eq(0)
    chosen = last & own["ended"].between("2017-06-01", "2019-06-01") & (own.index % 3 == 0)
    count = int(chosen.sum())
    s.again(ALL_CARE, chosen, "episode_id", 0, "started")
    new = pd.Series(s[ALL_CARE].index >= len(s[ALL_CARE]) - count, s[ALL_CARE].index)
    ends = s[ALL_CARE].loc[new, "ended"]
    s.put(ALL_CARE, new, "started", ends)
    s.shift(ALL_CARE, new, "started", 7)
    s.shift(ALL_CARE, new, "ended", 120)


devised.add(
    "Episodes of the first year left out",
    lambda s: s.drop(ALL_CARE, s[ALL_CARE]["started"].lt("2018-05-01")),
)
devised.add(
    "Episodes shorter than a month left out",
    lambda s: s.drop(ALL_CARE, _days(s) < 31),
)


def _days(s: Sent) -> pd.Series:
    ended = pd.to_datetime(s[ALL_CARE]["ended"].replace("", None)).fillna(pd.Timestamp(END))
    found: pd.Series = (ended - pd.to_datetime(s[ALL_CARE]["started"])).dt.days
    return found


devised.add(
    "Episodes under way at the start recorded as begun on it",
    lambda s: s.put(
        ALL_CARE,
        s[ALL_CARE]["started"].between("2019-01-01", "2019-04-30")
        & (s[ALL_CARE]["ended"].eq("") | s[ALL_CARE]["ended"].gt(START)),
        "started",
        START,
    ),
)

CORRUPTIONS = tuple(devised.found)

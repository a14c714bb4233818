"""The data contracts of a study, from its settings and the program's own contracts.

The program's contracts are those of one study. What follows from its settings (sites, kinds of
event, phases, months) is replaced by what follows from another's: a rule that exists once for each
site or kind of event is repeated for each of the other's.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from analysis.contracts.derived import derived_column
from analysis.contracts.totals.plans import PLANS
from analysis.study.names import key_of
from analysis.study.settings import shift_month
from report.new.contract_words import Words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analysis.study.settings import Outcome, Pilot, Study

Tree = dict[str, Any]
ALWAYS = ("schools", "school_months", "children", "child_events", "control_totals")
"""Datasets of every study."""
DAYS = "care_episodes"
"""The dataset of a study that has an outcome measured in days."""
OF_PAIRS = ("matched_set-pair", "matched_set-phase", "matched_set-size", "matched_set-need")
"""Rules of schools that apply only where schools were matched one to one."""
OF_CODES = {"schools-matched_set-code": "matched_set", "schools-area-code": "area"}
"""Rules that a column begins with the code of its site, and that column."""
OF_ENQUIRIES = "schools-enquiries-plausible"
OF_SEVERAL = "school_months-pupils-together"
"""A rule about all schools of an arm together; there is none where each has one school."""
_DATE = re.compile(r"\d{4}-\d{2}(-\d{2})?")


def datasets(study: Study) -> tuple[str, ...]:
    """Return the datasets that a new study has."""
    days = any(outcome.measure == "days" for outcome in study.outcomes)
    return (*ALWAYS, *([DAYS] if days else []))


@dataclass(frozen=True)
class Contracts:
    """The conversion of one study's contracts to another's.

    Parameters
    ----------
    old, new
        Settings of the study whose contracts are converted, and of the other.
    identity
        How the identifiers of the new contracts begin.
    """

    old: Study
    new: Study
    identity: str

    def converted(self, contract: Tree) -> Tree:
        """Return one contract of the new study."""
        made = deepcopy(contract)
        (table,) = made["schema"]
        made["id"] = f"{self.identity}-{table['name'].replace('_', '-')}"
        table["properties"] = [self._column(table["name"], each) for each in table["properties"]]
        table["quality"] = list(self._rules(table["name"], table["quality"]))
        said: Tree = self.words.tree(made) | {"name": self.words.prose(made["name"])}
        return said | self.words.about(table["name"], said)

    @cached_property
    def words(self) -> Words:
        """The words of the new study in place of the old one's."""
        return Words(self.old, self.new)

    @cached_property
    def tables(self) -> frozenset[str]:
        """The datasets of the new study."""
        return frozenset(datasets(self.new))

    # --- columns ---------------------------------------------------------------------

    def _column(self, table: str, column: Tree) -> Tree:
        name, options = f"{table}.{column['name']}", column.get("logicalTypeOptions", {})
        for key in ("minimum", "maximum"):
            if isinstance(options.get(key), str):
                options[key] = self.date(options[key])
        if "pattern" in options:
            codes = "|".join(pilot.code for pilot in self.old.pilots)
            own = "|".join(pilot.code for pilot in self.new.pilots)
            options["pattern"] = options["pattern"].replace(f"(?:{codes})", f"(?:{own})")
        listed = {
            "schools.pilot": [pilot.name for pilot in self.new.pilots],
            "schools.phase": list(self.new.phases),
            "child_events.event_type": [outcome.event_type for outcome in counted(self.new)],
            "control_totals.file": [each for each in datasets(self.new) if each != table],
        }.get(name)
        for rule in column.get("quality", []):
            if listed is not None and rule.get("metric") == "invalidValues":
                rule["arguments"]["validValues"] = listed
                rule["description"] = f"{column['name']} is one of the values listed."
                rule["customProperties"][0]["value"] = "Write one of the values listed."
        return column

    def date(self, text: str) -> str:
        """Return a date of the old study's contracts as it is in the new one's."""
        old, new = ((months[0], months[-1]) for months in map(months_of, (self.old, self.new)))
        month, day = text[:7], text[7:]
        if month in old:
            moved = new[old.index(month)]
        else:
            then, now = (study.pilots[0].start for study in (self.old, self.new))
            moved = shift_month(month, _between(then, now))
        last = monthrange(int(moved[:4]), int(moved[5:]))[1]
        ended = int(day[1:] or 1) == monthrange(int(month[:4]), int(month[5:]))[1]
        return moved + (f"-{last if ended else min(int(day[1:]), last):02d}" if day else "")

    # --- rules -----------------------------------------------------------------------

    def _rules(self, table: str, rules: list[Tree]) -> Iterator[Tree]:
        """Yield the rules of one table, each family once for each of its members."""
        done: set[str] = set()
        for rule in rules:
            site, kind = self._site(rule["id"]), self._kind(rule["id"])
            family = rule["id"].replace(f"-{site}", "-*") if site else rule["id"]
            if family in done or not self._holds(table, rule):
                continue
            done.add(family)
            if site:
                together = [each for each in rules if each["id"].endswith(f"-{site}")
                            and _run(rules, rule, each, self._site)]  # fmt: skip
                done |= {each["id"].replace(f"-{site}", "-*") for each in together}
                yield from self._of_sites(table, together, site)
            elif kind:
                for each in rules:
                    if self._kind(each["id"]) and self._stem(each["id"]) == self._stem(rule["id"]):
                        done.add(each["id"])
                yield from (self._of_kind(rule, kind, outcome) for outcome in counted(self.new))
            elif rule["id"] in OF_CODES and not self._codes_are_names:
                yield from (self._of_code(rule, OF_CODES[rule["id"]], p) for p in self.new.pilots)
            else:
                yield self._dated(rule)

    def _of_sites(self, table: str, rules: list[Tree], site: str) -> Iterator[Tree]:
        for pilot in self.new.pilots:
            if table == DAYS and not any(pilot.name in each for each in self._in_days):
                continue
            seen: set[str] = set()
            for rule in rules:
                kind = self._kind(rule["id"].removesuffix(f"-{site}"))
                if not kind:
                    yield self._of_site(rule, site, pilot)
                    continue
                stem = self._stem(rule["id"].removesuffix(f"-{site}"))
                if stem not in seen:
                    seen.add(stem)
                    for outcome in counted(self.new):
                        if pilot.name in outcome.pilots:
                            yield self._of_site(self._of_kind(rule, kind, outcome), site, pilot)

    def _of_site(self, rule: Tree, site: str, pilot: Pilot) -> Tree:
        name = next(each.name for each in self.old.pilots if key_of(each.name) == site)
        schools = next(each.schools for each in self.old.pilots if each.name == name)
        made: Tree = _mapped(rule, lambda text: text.replace(name, pilot.name))
        made["id"] = rule["id"].removesuffix(site) + key_of(pilot.name)
        kwargs = made["implementation"]["kwargs"]
        if "value" in kwargs:
            kwargs["value"] = pilot.schools
            made["description"] = made["description"].replace(str(schools), str(pilot.schools))
        return made

    def _of_kind(self, rule: Tree, kind: str, outcome: Outcome) -> Tree:
        made: Tree = _mapped(rule, lambda text: self.words.of_kind(text, kind, outcome))
        made["id"] = rule["id"].replace(f"-{kind}", f"-{outcome.event_type}")
        return made

    @cached_property
    def _codes_are_names(self) -> bool:
        """Whether each site's code is how its name begins, as the program's own rule has it."""
        return all(pilot.code == pilot.name[:3].upper() for pilot in self.new.pilots)

    def _of_code(self, rule: Tree, column: str, pilot: Pilot) -> Tree:
        """Return the rule that a column begins with the code of one site, in its rows."""
        where = {"type": "comparison", "column": {"name": "pilot"}, "operator": "==",
                 "parameter": pilot.name}  # fmt: skip
        kwargs = {"column": column, "regex": f"^{pilot.code}-[0-9A-Z]+$", "row_condition": where}
        made = deepcopy(rule)
        made["id"] = f"{rule['id']}-{key_of(pilot.name)}"
        made["description"] = f"In {pilot.name} {column} begins with {pilot.code}."
        made["implementation"] = {"type": "expect_column_values_to_match_regex", "kwargs": kwargs}
        return made

    def _dated(self, rule: Tree) -> Tree:
        """Return a rule with the months and numbers of months of the new study."""
        kwargs = rule["implementation"]["kwargs"]
        for key, value in kwargs.items():
            if isinstance(value, str) and _DATE.fullmatch(value):
                kwargs[key] = self.date(value)
        long = {"derived.months_sent": 0, "derived.months_returned": -4}
        if kwargs.get("column") in long:
            months = len(months_of(self.new)) + long[kwargs["column"]]
            for key in {"min_value", "max_value"} & kwargs.keys():
                kwargs[key] = months
        if kwargs.get("column") == "derived.files_without_rows":
            kwargs["min_value"] = kwargs["max_value"] = self._not_sent
        if rule["id"] == "schools-phase-mainstream":
            kwargs["row_condition"]["parameter"] = self._without_special(self.new)
        if rule["id"] == f"{DAYS}-pilot":
            kwargs["value_set"] = [
                pilot.name for pilot in self.new.pilots
                if any(pilot.name in each for each in self._in_days)
            ]  # fmt: skip
        return rule

    def _holds(self, table: str, rule: Tree) -> bool:
        """Whether a rule applies to the new study at all."""
        name, kwargs = rule["id"], rule["implementation"]["kwargs"]
        if self.new.design != "matched" and name.endswith(OF_PAIRS):
            return False
        phase = name.rpartition("-")[2]
        if phase in self.old.phases and phase not in self.new.phases:
            return False
        if name == OF_SEVERAL:
            return any(max(each.schools, each.comparisons) > 1 for each in self.new.pilots)
        if name == OF_ENQUIRIES:
            return any(each.event_type == "s47_enquiry" for each in self.new.outcomes)
        if name == "schools-phase-mainstream":
            lacking = self._without_special(self.new)
            return "special" in self.new.phases and 0 < len(lacking) < len(self.new.pilots)
        named = [str(kwargs.get(key, "")) for key in ("column", "column_A", "column_B")]
        return all(self._has(table, each) for each in named)

    def _has(self, table: str, column: str) -> bool:
        """Whether the new study has the tables from which a column is made."""
        known = self.tables if self.new is not self.old else frozenset()
        if not known or "." not in column:
            return True
        first, _, name = column.partition(".")
        if first != "derived":
            return first in known
        if table == "control_totals" and name.endswith("_gap") and name != "parts_gap":
            return name.removesuffix("_gap") in known
        found = derived_column(table, name)
        needs = found.needs if found else ()
        if table == "control_totals":
            return True
        return all(need.partition(":")[0] in known for need in needs)

    @cached_property
    def _not_sent(self) -> int:
        """Files that can be totalled, and that the new study does not have."""
        return 0 if self.new is self.old else len(PLANS.keys() - set(datasets(self.new)))

    @cached_property
    def _in_days(self) -> tuple[tuple[str, ...], ...]:
        return tuple(each.pilots for each in self.new.outcomes if each.measure == "days")

    @staticmethod
    def _without_special(study: Study) -> list[str]:
        return [pilot.name for pilot in study.pilots if not pilot.places.get("special", 0)]

    def _site(self, name: str) -> str:
        """Return the site of the old study that a rule's name ends with; else nothing."""
        last = name.rpartition("-")[2]
        return last if last in {key_of(pilot.name) for pilot in self.old.pilots} else ""

    def _kind(self, name: str) -> str:
        """Return the kind of event of the old study that a rule's name ends with; else nothing."""
        last = name.rpartition("-")[2]
        return last if last in {each.event_type for each in counted(self.old)} else ""

    @staticmethod
    def _stem(name: str) -> str:
        return name.rpartition("-")[0]


def counted(study: Study) -> list[Outcome]:
    """Return the outcomes of a study that count events, one for each kind of event."""
    by_type = {each.event_type: each for each in study.outcomes if each.measure == "events"}
    return sorted(by_type.values(), key=lambda each: each.event_type)


def months_of(study: Study) -> tuple[str, ...]:
    """Return every month that a study observes, from the first start to the last end."""
    every = {m for pilot in study.pilots for m in study.window.months(pilot.start)}
    return tuple(sorted(every))


def _between(one: str, other: str) -> int:
    """Return the number of months from one month to another."""
    return (int(other[:4]) - int(one[:4])) * 12 + int(other[5:]) - int(one[5:])


def _run(rules: list[Tree], first: Tree, each: Tree, site: Callable[[str], str]) -> bool:
    """Whether two rules stand in one run of rules of the same site."""
    places = [rules.index(first), rules.index(each)]
    between = rules[min(places) : max(places) + 1]
    return len({site(rule["id"]) for rule in between}) == 1


def _mapped(tree: Any, change: Callable[[str], str]) -> Any:
    """Return a tree of the contract with each of its texts changed."""
    if isinstance(tree, dict):
        return {key: _mapped(value, change) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_mapped(value, change) for value in tree]
    return change(tree) if isinstance(tree, str) else deepcopy(tree)

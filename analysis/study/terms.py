"""The words by which a study calls its parts, printed in headings, legends and notes."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields

from analysis.errors import ConfigurationError


@dataclass(frozen=True)
class Terms:
    """The words of a study.

    Attributes
    ----------
    site, sites
        What runs in one local authority, in the singular and plural, such as "pilot".
    place
        What a site is named after, such as "Local authority".
    intervention
        What the intervention is, with its article, such as "a social worker".
    together
        All sites, where they are analysed together, such as "all pilots".
    treated, untreated
        Schools with the intervention, and the schools that they are compared with.
    with_it, without
        The same in a narrow column.
    event
        One event of the primary outcome, such as "enquiry".
    workers
        Those who are placed in schools, if people are, such as "social workers".
    others
        Schools without the intervention in another study that the report also shows, such as
        "schools without one"; empty if it shows none.
    primary
        The label of the primary outcome; by default that of the first outcome.
    """

    site: str
    sites: str
    place: str
    intervention: str
    together: str
    treated: str
    untreated: str
    with_it: str
    without: str
    event: str = "event"
    workers: str = "workers"
    others: str = ""
    primary: str = ""

    def __post_init__(self) -> None:
        for each in fields(self):
            word = getattr(self, each.name)
            if each.default != "" and not word.strip():
                raise ConfigurationError(
                    "may not be empty", place=each.name, remedy="write the word to be printed"
                )

    @property
    def heading(self) -> str:
        """The heading of a column of sites."""
        return _capital(self.site)

    def said(self, text: str) -> str:
        """Return a text of the method, which speaks of pilots, in the words of the study.

        Examples
        --------
        >>> terms = Terms("trial", "trials", "Town", "a nurse", "all trials",
        ...               "Schools with a nurse", "Other schools", "Nurse", "Other")
        >>> terms.said("Local authority, or 'all pilots'"), terms.said("Mean of the pilots")
        ("Town, or 'all trials'", 'Mean of the trials')
        """
        own = {"Local authority": self.place, "all pilots": self.together,
               "a social worker": self.intervention,
               "Social workers": _capital(self.workers), "Pilots": _capital(self.sites),
               "Pilot": _capital(self.site), "pilots": self.sites, "pilot": self.site}  # fmt: skip
        return re.sub(rf"\b({'|'.join(own)})\b", lambda found: own[found[0]], text)

    @property
    def in_treated(self) -> str:
        """Schools with the intervention, within a sentence."""
        return _inside(self.treated)

    @property
    def in_untreated(self) -> str:
        """The schools that they are compared with, within a sentence."""
        return _inside(self.untreated)

    @property
    def without_one(self) -> str:
        """Schools without the intervention, within a sentence on another study."""
        return self.others or self.in_untreated

    @property
    def arms(self) -> dict[str, str]:
        """The name of each group of schools in a narrow column, by arm."""
        return {"intervention": self.with_it, "comparison": self.without}

    @property
    def groups(self) -> str:
        """The meaning of a column of groups of schools."""
        return f"{self.treated} (intervention) or {self.in_untreated}"


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:]


def _inside(word: str) -> str:
    return word[:1].lower() + word[1:]


PLAIN = Terms(
    site="site", sites="sites", place="Site", intervention="the intervention",
    together="all sites", treated="Intervention schools", untreated="Comparison schools",
    with_it="Intervention", without="Comparison",
)  # fmt: skip
"""Words of no particular study."""

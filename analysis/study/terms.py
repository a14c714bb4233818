"""The words by which a study calls its parts, printed in headings, legends and notes."""

from __future__ import annotations

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
    primary: str = ""

    def __post_init__(self) -> None:
        for each in fields(self)[:-1]:
            word = getattr(self, each.name)
            if not word.strip():
                raise ConfigurationError(
                    "may not be empty", place=each.name, remedy="write the word to be printed"
                )

    @property
    def heading(self) -> str:
        """The heading of a column of sites."""
        return self.site[:1].upper() + self.site[1:]

    @property
    def arms(self) -> dict[str, str]:
        """The name of each group of schools in a narrow column, by arm."""
        return {"intervention": self.with_it, "comparison": self.without}

    @property
    def groups(self) -> str:
        """The meaning of a column of groups of schools."""
        return f"{self.treated} (intervention) or {self.untreated[:1].lower()}{self.untreated[1:]}"

"""The words of a data contract: one study's in place of another's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from analysis.contracts.derived.volume import FEW_GROUPS

if TYPE_CHECKING:
    from analysis.study.settings import Outcome, Study

TEXTS = ("description", "businessImpact", "purpose", "usage", "limitations")
"""Keys of a contract whose values are prose."""


class Words:
    """The conversion of a contract's prose.

    Parameters
    ----------
    old, new
        Settings of the study whose words are replaced, and of the other.
    """

    def __init__(self, old: Study, new: Study) -> None:
        self.old, self.new = old, new
        then, now = old.words, new.words
        months = sum((old.window.months_before, old.window.months_after))
        own = sum((new.window.months_before, new.window.months_after))
        self._phrases = [
            (rf"\b{months} months\b", f"{own} months"),
            (rf"\bof the {months}\b", f"of the {own}"),
            (
                r"\bWorkers start between .*?\.",
                "Schools start about when it was planned.",
            ),
            (r"\bWorkers start\b", "Schools start"),
            (r"\b(?:an enquiry|the enquiry)\b", "an event"),
            (r"\b(?:its|the|a|of its) social workers?\b", now.intervention),
            (r"\bsocial workers?\b", now.intervention),
            (r"\bworker's\b", "school's"),
            (r"\bworkers?\b", now.intervention),
            (rf"\b{then.sites}\b", now.sites),
            (rf"\b{then.site}\b", now.site),
            (rf"\b{then.sites.capitalize()}\b", now.sites.capitalize()),
            (rf"\b{then.site.capitalize()}\b", now.site.capitalize()),
        ]
        kinds = {each.event_type for each in new.outcomes if each.measure == "events"}
        if len(new.pilots) * max(2, len(kinds)) > FEW_GROUPS:
            self._phrases.append(
                (r"\b(15 [\w ]+? or more)(?= are\b)", rf"\1, and more with so many {now.sites},")
            )
        if new.design == "randomised":
            self._phrases += [
                (r"\bmatched sets\b", "strata"), (r"\bmatched set\b", "stratum"),
                (r"\bThe set of an intervention school and its comparison, fixed\b",
                 "The stratum within which schools were allocated at random, fixed"),
                (r"\bthe set it was matched in\b", "the stratum it was allocated in"),
            ]  # fmt: skip

    def tree(self, contract: Any, key: str = "") -> Any:
        """Return a contract with its prose in the words of the new study."""
        if isinstance(contract, dict):
            remedy = contract.get("property") == "remedy"
            return {
                name: self.tree(value, name if name != "value" or not remedy else "description")
                for name, value in contract.items()
            }
        if isinstance(contract, list):
            return [self.tree(each, key) for each in contract]
        return self.prose(contract) if isinstance(contract, str) and key in TEXTS else contract

    def prose(self, text: str) -> str:
        """Return a sentence in the words of the new study; a name in snake case stays."""
        if self.old is self.new or re.fullmatch(r"[a-z_]+", text):
            return text
        for pattern, words in self._phrases:
            text = re.sub(pattern, words, text)
        text = re.sub(r"\b([Aa]) (?=[aeioAEIO])", r"\1n ", text)
        return re.sub(r"\b([Aa])n (?=[b-df-hj-np-tv-zB-DF-HJ-NP-TV-Z])", r"\1 ", text)

    def about(self, table: str, contract: dict[str, Any]) -> dict[str, Any]:
        """Return the parts of a contract that say what its table is, where they name outcomes."""
        if self.old is self.new or table != "child_events":
            return {}
        labels = [each.label for each in self.new.outcomes if each.measure == "events"]
        listed = "; ".join(label[:1].lower() + label[1:] for label in labels)
        said = dict(contract["description"])
        said["purpose"] = f"One row per event about a child at one of the schools: {listed}."
        said["limitations"] = "Events as the authorities recorded them."
        return {"name": "Events of children", "description": said}

    def of_kind(self, text: str, kind: str, outcome: Outcome) -> str:
        """Return a text about one kind of event as one about another's."""
        if outcome.event_type == kind:
            return text
        old = next(each for each in self.old.outcomes if each.event_type == kind)
        label = outcome.label[:1].lower() + outcome.label[1:]
        if text == kind:
            return outcome.event_type
        if text.startswith("derived."):
            return text.replace(f"derived.{kind}_", f"derived.{outcome.event_type}_")
        one = re.sub(r"(enquir)ies$|s$", lambda found: "enquiry" if found[1] else "", old.unit)
        text = re.sub(rf"\bone {one}\b", f"one record of {label}", text)
        return re.sub(rf"\b{old.label.lower()}\b", label, text)

"""The parts of the study that other nodes take.

A node takes the part it needs, never the whole study; otherwise everything would
depend on every setting.
"""

from __future__ import annotations

from dataclasses import replace

from analysis.disclosure import EGRESS, PUBLIC, DisclosureRules
from analysis.study.scenario import Scenario
from analysis.study.settings import (
    Assumption,
    Disclosure,
    Outcome,
    Pilot,
    ScaleUp,
    SpecificationSettings,
    Study,
    Window,
)


def pilots(study: Study) -> tuple[Pilot, ...]:
    """Return the pilots, in the order of the published Table 1."""
    return study.pilots


def window(study: Study) -> Window:
    """Return the months observed and compared."""
    return study.window


def outcomes(study: Study) -> tuple[Outcome, ...]:
    """Return the outcomes, primary first."""
    return study.outcomes


def specification_settings(study: Study) -> tuple[SpecificationSettings, ...]:
    """Return the ways each outcome is analysed."""
    return study.specifications


def assumptions(study: Study) -> tuple[Assumption, ...]:
    """Return what is taken as given."""
    return study.assumptions


def scenarios(study: Study) -> tuple[Scenario, ...]:
    """Return what a stand-in extract can be drawn from."""
    return study.synthetic.scenarios


def scale_up_settings(study: Study) -> ScaleUp:
    """Return what a larger trial would have to show."""
    return study.scale_up


def disclosure_settings(study: Study) -> Disclosure:
    """Return the channel the report leaves by, and its threshold."""
    return study.disclosure


def disclosure_rules(disclosure_settings: Disclosure) -> DisclosureRules:
    """Return what that channel lets through."""
    rules = {"public": PUBLIC, "secure": EGRESS}[disclosure_settings.channel]
    return replace(rules, highest_unsafe=disclosure_settings.threshold - 1)


def seed(study: Study) -> int:
    """Return the seed of every simulation and random sample of permutations."""
    return study.seed

"""The parts of the study that other nodes take as inputs.

A node takes the part it needs, never the whole study; otherwise everything would
depend on every setting.
"""

from __future__ import annotations

from dataclasses import replace

from analysis.disclosure import EGRESS, PUBLIC, DisclosureRules
from analysis.errors import ConfigurationError
from analysis.study.balancing import BalancingOutcome
from analysis.study.decisions import Assumption, Costs, Disclosure, ScaleUp
from analysis.study.scale import Scale
from analysis.study.scenario import Scenario
from analysis.study.settings import (
    Outcome,
    Pilot,
    SpecificationSettings,
    Study,
    Window,
)
from analysis.study.terms import Terms


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
    """Return the specifications by which each outcome is analysed."""
    return study.specifications


def balancing(study: Study) -> tuple[BalancingOutcome, ...]:
    """Return the placebo and balancing outcomes."""
    return study.balancing


def terms(study: Study) -> Terms:
    """Return the words by which the study calls its parts."""
    return study.words


def assumptions(study: Study) -> tuple[Assumption, ...]:
    """Return the assumptions of the study."""
    return study.assumptions


def scenarios(study: Study) -> tuple[Scenario, ...]:
    """Return the scenarios from which a stand-in extract can be drawn."""
    return study.synthetic.scenarios


def scale_up_settings(study: Study) -> ScaleUp:
    """Return the settings for a larger trial.

    Raises
    ------
    ConfigurationError
        If the study has none.
    """
    if study.scale_up is None:
        raise ConfigurationError(
            "there is no table [scale_up], on which results for a larger trial rest",
            place="study.toml", remedy="add it, or show no exhibit of a larger trial",
        )  # fmt: skip
    return study.scale_up


def costs(study: Study) -> Costs:
    """Return the cost of a social worker, or that it is not assessed."""
    return study.costs


def disclosure_settings(study: Study) -> Disclosure:
    """Return the channel by which the report is released, and its threshold."""
    return study.disclosure


def disclosure_rules(disclosure_settings: Disclosure) -> DisclosureRules:
    """Return the disclosure rules of that channel."""
    rules = {"public": PUBLIC, "secure": EGRESS}[disclosure_settings.channel]
    return replace(rules, highest_unsafe=disclosure_settings.threshold - 1)


def engine_settings(study: Study) -> Scale:
    """Return the engine that validates and counts the events."""
    return study.scale.of_events


def seed(study: Study) -> int:
    """Return the seed of every simulation and random sample of permutations."""
    return study.seed

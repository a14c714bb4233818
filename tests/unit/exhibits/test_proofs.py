"""A sample of what `make prove` does at length, held to the tables it committed."""

from functools import partial

import numpy as np
import pandas as pd
import pytest

from analysis.dataflow.scale_up import Precision
from analysis.errors import ConfigurationError
from analysis.exhibits.appendix.simulation_numbers import primary_analysis_holds_its_size
from analysis.exhibits.appendix.simulation_tables import CLAIMS as LABELS
from analysis.exhibits.appendix.simulation_tables import SHORT, scenario_claims, size_and_coverage
from analysis.exhibits.parts.exhibit import Claim
from analysis.exhibits.recommendations.scale_up import planned_trial_suffices
from analysis.models.inference.operating_characteristics import (
    COLUMNS,
    operating_characteristics,
    pilot_designs,
)
from analysis.proofs import ROOT, Making, Proof, code_digest, code_files, read_proof, write_proof
from benchmarks import models_scenarios
from benchmarks.models_proofs import PROOFS, WORDING, on_all_cores

# It says how little is known, and not which way an outcome went.
WITHOUT_DIRECTION = {"intervals_are_wide"}
MADE = Making(1, 100, ("study.toml",), "0" * 64)


@pytest.fixture(scope="module")
def sample():
    return operating_characteristics(pilot_designs(), seed=7, draws=500)


@pytest.fixture(scope="module")
def drawn():
    return models_scenarios.analysed("published-directions", 10_000)


class TestRecord:
    def test_a_table_comes_back_with_what_made_it(self, tmp_path):
        table = pd.DataFrame({"design": ["a"], "size": [0.049996]})
        write_proof(tmp_path, "size", Proof(table, MADE))
        found = read_proof(tmp_path, "size")
        assert found.making == MADE
        assert found.table["size"].tolist() == [0.05]

    def test_a_missing_table_is_named_with_its_remedy(self, tmp_path):
        with pytest.raises(ConfigurationError, match=r"(?s)size\.csv.*make prove"):
            read_proof(tmp_path, "size")

    def test_a_record_is_current_until_the_code_changes(self):
        files = code_files("analysis.models.design.trial")
        assert Making(1, 1, files, code_digest(files)).current
        assert not Making(1, 1, (*files, "study.toml"), code_digest(files)).current

    def test_code_is_followed_through_imports(self):
        files = code_files("benchmarks.models_scenarios")
        assert {"analysis/synthetic/draws.py", "analysis/exhibits/outcomes/claims.py",
                "analysis/models/primary/sandwich.py", "study.toml",
                "data_contracts/school_months.odcs.yaml"} <= set(files)  # fmt: skip
        assert not [name for name in code_files("analysis.study.settings") if "contract" in name]
        assert all((ROOT / name).is_file() for name in files)

    def test_what_is_left_out_is_not_followed_either(self):
        files = code_files("benchmarks.models_scenarios", WORDING)
        assert not [name for name in files if name.startswith("analysis/disclosure/")]
        assert {"analysis/exhibits/parts/rules.py", "analysis/exhibits/parts/rows.py"} <= set(files)

    def test_imports_for_the_type_checker_alone_are_not_followed(self):
        assert "analysis/models/inputs/months.py" not in code_files(
            "analysis.models.inference.assignments"
        )

    def test_a_table_says_what_made_it_and_that_this_has_changed(self, sample):
        note = size_and_coverage(Proof(sample, MADE)).note
        assert note.endswith("100 draws from seed 1; code 000000000000, which has changed since.")


class TestSize:
    def test_parts_made_on_all_cores_are_the_whole(self):
        one = partial(operating_characteristics, seed=7, draws=20)
        whole = one(pilot_designs()[:2])
        parts = on_all_cores("size", one, [[each] for each in pilot_designs()[:2]])
        pd.testing.assert_frame_equal(parts, whole)

    def test_the_committed_table_is_what_the_code_gives(self, sample):
        """Within four standard errors of a share, of 500 draws here and many more there."""
        committed = read_proof(PROOFS, "size")
        keys = ["design", "method"]
        both = sample.merge(committed.table, on=keys, suffixes=("", "_committed"))
        assert len(both) == len(sample) == len(committed.table)
        for share in ("size", "coverage", "power"):
            p = both[f"{share}_committed"]
            error = np.sqrt(np.maximum(p * (1 - p), 0.002) / 500)
            off = ((both[share] - p).abs() / error).where(p.notna(), 0)
            assert off.max() < 4.5, both.loc[off.idxmax(), keys].tolist()

    def test_the_committed_table_bears_out_its_claim(self):
        assert primary_analysis_holds_its_size(read_proof(PROOFS, "size")).holds

    @pytest.mark.parametrize(("column", "value"), [("size", 0.061), ("coverage", 0.939)])
    def test_the_claim_falls_with_one_number(self, column, value):
        table = read_proof(PROOFS, "size").table
        row = (table["design"] == "8 and 8 schools") & (
            table["method"] == "conditional Poisson, CR2"
        )
        table.loc[row, column] = value
        assert not primary_analysis_holds_its_size(Proof(table, MADE)).holds

    def test_the_trial_suffices_if_it_detects_the_smallest_fall_that_matters(self):
        """A ratio of 0.86 is a fall of 14%: detected by a trial that sees 13%, not 15%."""
        assert planned_trial_suffices(Precision(0.05, 0.13), 0.86).holds
        assert not planned_trial_suffices(Precision(0.05, 0.15), 0.86).holds

    def test_a_size_out_of_bounds_is_marked(self, sample):
        table = sample.copy()
        table["size"], table["coverage"] = 0.0604, 0.95
        cells = size_and_coverage(Proof(table, MADE)).rows[0]
        assert cells == ("8 and 8 schools", "6.0%", "6.0%", "95.0%", "6.0%", "6.0%")
        table["size"] = 0.0606
        assert size_and_coverage(Proof(table, MADE)).rows[0][2] == "6.1% [u]"

    def test_columns_are_described(self, sample):
        assert list(sample.columns) == list(COLUMNS)


class TestScenarios:
    def test_every_claim_on_effects_is_judged(self):
        from analysis.dataflow import graph

        built = graph.build()
        nodes = graph.nodes(built)
        on_effects = {
            name
            for name in graph.exhibit_names(built)
            if built.graph.nodes[name].type is Claim and "main_effects" in nodes[name].needs
        }
        on_effects -= WITHOUT_DIRECTION
        assert on_effects == {claim.__name__ for claim in models_scenarios.CLAIMS}
        assert set(LABELS) == on_effects | {models_scenarios.SOMETHING_FELL}
        assert set(SHORT) == {s.name for s in models_scenarios.settings().synthetic.scenarios}

    def test_a_draw_is_analysed_as_the_report_would(self, drawn):
        table, held = drawn
        assert len(table) == 11
        lambeth = table.loc[(table["pilot"] == "Lambeth") & (table["outcome"] == "s47_enquiries")]
        assert lambeth["true_ratio"].tolist() == pytest.approx([0.38])
        assert lambeth["ratio"].iloc[0] < 0.8
        assert held["something_fell"]
        assert held["something_fell by sign"]

    def test_what_was_put_in_is_known(self):
        study = models_scenarios.settings()
        scenario = study.synthetic.scenario("threshold-change")
        schools = models_scenarios.draw_schools(study, scenario, models_scenarios.recipe(), 10_000)
        ratio = models_scenarios.true_ratio
        assert ratio(schools, scenario, "Lambeth", "s47_enquiries") == pytest.approx(0.6)
        assert ratio(schools, scenario, "Lambeth", "s17_starts") > 1.1
        assert ratio(schools, scenario, "Lambeth", "referrals") == 1

    def test_shares_are_counted_by_hand(self):
        table = pd.DataFrame({
            "outcome": "s47_enquiries", "pilot": "Lambeth",
            "status": ["estimated"] * 4 + ["not estimable"],
            "ratio": [0.5, 0.9, 1.2, 2.0, np.nan], "ratio_low": [0.3, 0.6, 0.8, 1.1, np.nan],
            "ratio_high": [0.8, 1.3, 1.9, 3.0, np.nan], "true_ratio": 1.0,
            "log_ratio": np.log([0.5, 0.9, 1.2, 2.0, 1.0]),
            "randomisation": [0.01, 0.3, 0.5, 0.05, np.nan],
        })  # fmt: skip
        row = models_scenarios.effect_rates(table, "no-effect", 5).iloc[0]
        assert row["estimated"] == 0.8
        assert row["coverage"] == row["share_below_1"] == row["share_randomisation"] == 0.5
        assert row["share_clear_fall"] == row["share_clear_rise"] == 0.25

    def test_claims_by_the_sign_stand_below_those_by_the_rule(self, drawn):
        held = pd.DataFrame([drawn[1], dict.fromkeys(drawn[1], False)])
        study = models_scenarios.settings()
        table = pd.concat(
            [models_scenarios.claim_rates(held, s.name, 2) for s in study.synthetic.scenarios]
        )
        rows = scenario_claims(Proof(table, MADE), study.synthetic.scenarios).rows
        assert rows[-1][0] == "Fewer of something in some pilot, by the sign alone"
        assert set(rows[-1][1:]) == {"50.0%"}

    @pytest.mark.parametrize("name", ["scenario_effects", "scenario_claims"])
    def test_every_scenario_was_drawn_at_least_200_times(self, name):
        proof = read_proof(PROOFS, name)
        names = {scenario.name for scenario in models_scenarios.settings().synthetic.scenarios}
        assert set(proof.table["scenario"]) == names
        assert proof.making.draws >= 200

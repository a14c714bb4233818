"""A sample of what `make prove` does at length, held to the tables it committed."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from analysis.errors import ConfigurationError
from analysis.exhibits.parts.exhibit import Claim
from analysis.importing import CODE as ROOT
from analysis.models.inference.operating_characteristics import (
    COLUMNS,
    operating_characteristics,
    pilot_designs,
)
from analysis.models.pooling.coverage import pooling_coverage
from analysis.proofs import Making, Proof, code_digest, code_files, read_proof, write_proof
from benchmarks import models_scenarios, models_sentences
from benchmarks.models_proofs import PROOFS, WORDING, on_all_cores
from exhibits.appendix.simulation_numbers import (
    PRINTED,
    falsely_claimed,
    largest_unequal_size,
    normal_prediction_misleads,
    primary_analysis_holds_its_size,
    unequal_spread_misleads,
)
from exhibits.appendix.simulation_tables import (
    NOT_USED,
    SENTENCES,
    SHORT,
    pooling_coverage_table,
    sentence_rates,
    size_and_coverage,
)

# It takes spells in care, which the quick simulation doesn't draw.
NOT_DRAWN = {"care_no_clear_change", "care_interval_is_wide"}
MADE = Making(1, 100, ("study.toml",), "0" * 64)


@pytest.fixture(scope="module")
def sample():
    return operating_characteristics(pilot_designs(), seed=7, draws=500)


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
        files = code_files("benchmarks.models_sentences")
        assert {"analysis/synthetic/draws.py", "exhibits/outcomes/claims.py",
                "analysis/models/primary/sandwich.py", "study.toml",
                "data_contracts/school_months.odcs.yaml"} <= set(files)  # fmt: skip
        assert not [name for name in code_files("analysis.study.settings") if "contract" in name]
        assert all((ROOT / name).is_file() for name in files)

    @pytest.mark.parametrize("module", ["benchmarks.twins", "benchmarks.devised.judging"])
    def test_modules_that_the_dataflow_finds_are_followed(self, module):
        """No file names them, so imports alone would leave out the code that is proved."""
        assert {"analysis/dataflow/curve_summaries.py", "analysis/disclosure/withheld_ranges.py",
                "exhibits/practice/figures.py"} <= set(code_files(module))  # fmt: skip

    def test_what_is_left_out_is_not_followed_either(self):
        files = code_files("benchmarks.models_sentences", WORDING)
        assert not [name for name in files if name.startswith("analysis/disclosure/")]
        assert {"analysis/exhibits/parts/rules.py", "analysis/exhibits/parts/rows.py"} <= set(files)

    def test_imports_for_the_type_checker_alone_are_not_followed(self):
        assert "analysis/models/inputs/month_counts.py" not in code_files(
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

    def test_what_was_tried_with_groups_that_vary_alike_is_told_from_what_was_not(self):
        proof = read_proof(PROOFS, "size")
        assert unequal_spread_misleads(proof).holds
        assert 6 < largest_unequal_size(proof).value < 8
        assert "to the same extent" in primary_analysis_holds_its_size(proof).sentence

    def test_a_size_out_of_bounds_is_marked(self, sample):
        table = sample.copy()
        table["size"], table["coverage"] = 0.0604, 0.95
        cells = size_and_coverage(Proof(table, MADE)).rows[0]
        assert cells == ("8 and 8 schools", "6.0%", "6.0%", "95.0%", "6.0%", "6.0%")
        table["size"] = 0.0606
        assert size_and_coverage(Proof(table, MADE)).rows[0][2] == "6.1% [u]"

    def test_columns_are_described(self, sample):
        assert list(sample.columns) == list(COLUMNS)


class TestPooling:
    def test_the_interval_for_a_further_pilot_is_held_to_a_further_pilot(self):
        """With much spread the normal one holds it far too seldom, by either table."""
        sample = pooling_coverage((0.21, 0.23, 0.26), (0.3,), seed=3, draws=400)
        rows = sample.set_index("method")["prediction_coverage"]
        assert np.isnan(rows["fixed"])
        assert rows["Paule-Mandel"] < 0.9 < rows["Paule-Mandel, modified Hartung-Knapp"]
        proof = read_proof(PROOFS, "pooling")
        assert normal_prediction_misleads(proof).holds
        committed = proof.table.loc[proof.table["between"] == 0.3].set_index("method")
        off = rows["Paule-Mandel"] - committed["prediction_coverage"]["Paule-Mandel"]
        assert abs(off) < 4 * 0.02
        assert len(pooling_coverage_table(proof).rows) == len(proof.table)


class TestScenarios:
    def test_a_draw_is_analysed_as_the_report_would(self):
        table = models_scenarios.analysed("published-directions", 10_000)
        assert len(table) == 11
        lambeth = table.loc[(table["pilot"] == "Lambeth") & (table["outcome"] == "s47_enquiries")]
        assert lambeth["true_ratio"].tolist() == pytest.approx([0.38])
        assert lambeth["ratio"].iloc[0] < 0.8

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
        # Where a school's cases were multiplied as well, a ratio of 1 is no truth to hold.
        assert np.isnan(models_scenarios.effect_rates(table, "noisy-school", 5).iloc[0]["coverage"])

    def test_every_scenario_was_drawn_at_least_200_times(self):
        proof = read_proof(PROOFS, "scenario_effects")
        names = {scenario.name for scenario in models_scenarios.settings().synthetic.scenarios}
        assert set(proof.table["scenario"]) == names
        assert proof.making.draws >= 200
        noisy = proof.table["scenario"] == "noisy-school"
        assert proof.table.loc[noisy, "coverage"].isna().all()


class TestSentences:
    def test_every_sentence_on_effects_is_judged(self):
        from analysis.dataflow import graph

        built = graph.build()
        nodes = graph.nodes(built)
        on_effects = {
            name
            for name in graph.exhibit_names(built)
            if built.graph.nodes[name].type is Claim
            and {"change_judgements", "adjusted_for_many"} & set(nodes[name].needs)
        }
        judged = {claim.__name__ for claim in models_sentences.SENTENCES}
        assert on_effects - NOT_DRAWN == judged
        states = {state.name for state in models_sentences.states(models_scenarios.settings())}
        assert set(SHORT) == states
        searches = {*models_sentences.SEARCHES, *NOT_USED}
        assert set(SENTENCES) == judged | searches

    def test_one_draw_of_every_state(self):
        found = dict(models_sentences.one_seed(20_003))
        assert set(found) == set(SHORT)
        names = set(SENTENCES)
        assert all(set(held) == names for held in found.values())
        # States of one seed share their schools; shocks move what the schools of an area share.
        assert found["no-effect"] != found["harm"]

    def test_schools_of_an_area_share_their_shock_and_others_do_not(self):
        study = models_scenarios.settings()
        shocked = next(s for s in models_sentences.states(study) if s.area_variance == 0.15)
        plain = models_sentences.State("none", shocked.scenario)
        schools = models_scenarios.draw_schools(study, plain.scenario, models_scenarios.recipe(), 1)
        factors = {}
        for school in schools:
            month = school.candidate.pilot.start
            periods = {"after": [month]}
            means = [
                models_sentences._compared(school, state, periods, [study.outcomes[0]], 1)
                .means["s47_enquiries"][month] for state in (shocked, plain)
            ]  # fmt: skip
            factors.setdefault(school.area, set()).add(round(means[0] / means[1], 9))
        assert all(len(each) == 1 for each in factors.values())
        assert len(set().union(*factors.values())) == len(factors)

    def test_counts_are_those_of_the_stand_in(self):
        """The same schools, months and uniforms: the events of the whole draw, all returned."""
        study = models_scenarios.settings()
        state = models_sentences.states(study)[0]
        schools = models_scenarios.draw_schools(study, state.scenario, models_scenarios.recipe(), 1)
        quick = models_sentences.counts_by_outcome(state, study, 1, schools)
        panel = models_scenarios.draw_panel(study, state.scenario, 1, schools)
        own = panel.loc[(panel["pilot"] == "Stockport") & (panel["outcome"] == "referrals")]
        after = own.loc[own["window"] == "after"].groupby("school_id")
        returned = after["returned"].all()
        table = quick["Stockport", "referrals"].set_index("cluster")
        whole = returned.index[returned]
        assert len(whole) > 10
        pd.testing.assert_series_equal(
            table.loc[whole, "events_after"], after["events"].sum()[whole],
            check_names=False, check_dtype=False,
        )  # fmt: skip

    def test_shares_stand_by_state(self):
        names = set(SENTENCES)
        held = {name: [dict.fromkeys(names, True), dict.fromkeys(names, False)] for name in SHORT}
        table = models_sentences.rates(held)
        rows = sentence_rates(Proof(table, MADE)).rows
        assert rows[0][0] == "Claims a change: Fewer enquiries in Lambeth and in Southampton"
        assert [row[0].split(":")[0] for row in rows[1:5]] == ["Search"] * 4
        assert set(rows[0][1:]) == {"50.0% (98.7%)"}  # of two draws
        assert set(rows[-1][1:]) == {"50.0%"}
        older = table.loc[table["sentence"] != "any_outcome_changed"]
        assert len(sentence_rates(Proof(older, MADE)).rows) == len(rows) - 1

    def test_the_committed_table_has_every_sentence_unless_it_says_that_it_is_older(self):
        proof = read_proof(PROOFS, "sentences")
        if proof.making.current:
            assert set(proof.table["sentence"]) == set(SENTENCES)

    def test_no_sentence_that_claims_a_change_is_printed_too_often_where_none_happens(self):
        proof = read_proof(PROOFS, "sentences")
        assert proof.making.draws >= 400
        assert falsely_claimed(proof).holds
        table = proof.table
        chosen = (table["state"] == "area-shocks-0.15") & (table["sentence"] == PRINTED[0])
        # One in twenty-five is too many where so few draws leave one in sixteen open.
        high = models_sentences.upper_limit(0.04, 400)
        assert 0.05 < high < 0.0645
        worse = table.assign(printed_high=table["printed_high"].mask(chosen, high))
        assert not falsely_claimed(Proof(worse, MADE)).holds

    def test_the_limit_is_where_so_few_would_be_seen_once_in_forty(self):
        high = models_sentences.upper_limit(0.02, 400)
        assert binom.cdf(8, 400, high) == pytest.approx(0.025)
        assert models_sentences.upper_limit(1.0, 400) == 1.0

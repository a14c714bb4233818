"""The benchmark of growth: a larger extract holds together, and costs add up."""

import pandas as pd
import pytest

from analysis.study.settings import read_study
from benchmarks.growth import __main__ as growth
from benchmarks.growth import larger
from benchmarks.growth.costs import Cost, costs
from benchmarks.growth.whole import larger_settings


@pytest.fixture(scope="module")
def tables(root):
    """Return 148 schools, of which 74 are drawn and then repeated."""
    patch = pytest.MonkeyPatch()
    patch.setattr(larger, "DRAWN_AT_MOST", 74)
    patch.setattr(larger, "EVENTS_A_SCHOOL", 20)
    try:
        yield larger.larger_extract(root, 148)
    finally:
        patch.undo()


def test_the_study_has_as_many_schools_as_its_extract(tables, root, monkeypatch):
    monkeypatch.setattr(larger, "DRAWN_AT_MOST", 74)
    treated = tables["schools"].query("arm == 'intervention'").groupby("pilot").size()
    pilots = larger.larger_study(root, 148).pilots
    assert treated.to_dict() == {pilot.name: pilot.schools for pilot in pilots}


def test_schools_are_repeated_under_new_identifiers(tables):
    schools = tables["schools"]
    assert len(schools) == 148
    assert schools["school_id"].is_unique
    assert schools.groupby("matched_set")["arm"].agg(sorted).map(tuple).unique().tolist() == [
        ("comparison", "intervention")
    ]
    assert schools["area"].nunique() == 2 * 28  # 14 areas of each arm, twice


def test_a_copy_counts_on_from_the_largest_number_however_long():
    table = pd.DataFrame({"child_id": ["C99999", "C100000"]}, dtype="str")
    found = larger._copied(table, {"children": table}, 2, recipe=None)
    assert found["child_id"].tolist() == ["C99999", "C100000", "C199999", "C200000"]


@pytest.mark.parametrize("name", ["children", "child_events", "care_episodes", "activity_log"])
def test_records_lie_at_the_schools_of_their_copy(tables, name):
    table = tables[name]
    assert table.iloc[:, 0].is_unique
    assert set(table["school_id"]) <= set(tables["schools"]["school_id"])
    if name in {"child_events", "care_episodes"}:
        of_child = tables["children"].set_index("child_id")["school_id"]
        assert (of_child[table["child_id"]].to_numpy() == table["school_id"].to_numpy()).all()


def test_a_study_has_as_many_schools_as_its_copies(root, monkeypatch):
    monkeypatch.setattr(larger, "DRAWN_AT_MOST", 1_000)
    whole, drawn = (larger.larger_study(root, schools) for schools in (3_000, 1_000))
    for one, other in zip(whole.pilots, drawn.pilots, strict=True):
        assert one.places == {phase: 3 * number for phase, number in other.places.items()}


def test_contracts_ask_for_as_many_schools(root, tmp_path):
    study = larger.larger_study(root, 740)
    folder = larger.larger_contracts(root, study, tmp_path)
    text = (folder / "schools.odcs.yaml").read_text(encoding="utf-8")
    assert [pilot.schools for pilot in study.pilots] == [80, 180, 110]
    for pilot in study.pilots:
        rule = text.partition(f"- id: schools-pilot-{pilot.name.lower()}")[2]
        assert rule.partition("value: ")[2].startswith(f"{pilot.schools}\n")


def test_what_fails_is_a_result_and_what_rests_on_it_is_left_out():
    seen = []
    found = costs({"study": None}, ["specifications"], seen.append)
    assert found == {}
    assert {cost.node for cost in seen} == {
        "disclosure_settings", "outcomes", "specification_settings", "terms", "window",
    }  # fmt: skip
    assert all(cost.error.startswith("AttributeError: 'NoneType'") for cost in seen)


def test_costs_add_up_and_grow_with_a_power():
    nodes = [Cost("outcome_panel", 2.0, 1.0), Cost("extract", 1.0, 3.0), Cost("pilots", 0.5, 2.0)]
    steps = growth.by_step(nodes)
    assert steps["panel"] == {"seconds": 2.0, "gigabytes": 1.0}
    assert steps[growth.REST] == {"seconds": 0.5, "gigabytes": 2.0}
    assert steps[growth.WHOLE] == {"seconds": 3.5, "gigabytes": 3.0}
    assert growth.slowest(nodes) == {"pilots": 0.5}
    sizes = [{"schools": n, "steps": {"panel": {"seconds": s}}} for n, s in ((30, 9), (300, 90))]
    assert growth.slope(sizes, "panel") == pytest.approx(1.0)


def test_a_whole_project_has_the_settings_of_the_larger_study(root, tmp_path):
    study = larger.larger_study(root, 740)
    settings = tmp_path / "study.toml"
    settings.write_text(larger_settings((root / "study.toml").read_text("utf-8"), study), "utf-8")
    read = read_study(settings)
    assert read.pilots == study.pilots
    rates = study.synthetic.rates["referrals"]
    assert read.synthetic.rates["referrals"] == pytest.approx(rates, 1e-5)

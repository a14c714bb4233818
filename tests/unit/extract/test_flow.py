"""The flow of schools, counted by hand."""

import pandas as pd

from analysis.extract.flow import flow_of_schools


def test_each_stage_counts_schools_of_the_one_before():
    schools = pd.DataFrame(
        {
            "school_id": ["S1", "S2", "S3", "S4", "S5"],
            "pilot": "Lambeth",
            "arm": ["intervention", "comparison", "intervention", "comparison", "intervention"],
            "matched_set": ["A", "A", "B", "B", "C"],
        }
    )
    panel = pd.DataFrame(
        {
            "school_id": ["S1", "S2", "S3", "S4", "S5"] * 2 + ["S2", "S4"],
            "outcome": "s47_enquiries",
            "window": ["after"] * 5 + ["before"] * 5 + ["earlier", "after"],
            "events": [2.0, 0, 3, 1, 4, 0, 0, None, 0, 0, 9, None],
            "returned": [True] * 7 + [False, True, True, True, False],
        }
    )
    found = flow_of_schools(schools, panel, "s47_enquiries").set_index("arm")
    assert found.loc["intervention", "listed":].to_list() == [3, 2, 1, 1, 1]
    assert found.loc["comparison", "listed":].to_list() == [2, 2, 2, 1, 1]

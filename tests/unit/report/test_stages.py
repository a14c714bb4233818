"""What a build tells of its stages."""

import sys

import pytest

from report.stages import WIDTH, Stages


def test_a_timeline_draws_each_stage_and_its_parts_as_long_as_it_took():
    parts = {"typeset": {"html": (0.0, 10.0), "pdf": (5.0, 5.0)}}
    stages = Stages(seconds={"compute": 30.0, "typeset": 10.0}, parts=parts)
    lines = list(stages.timeline())
    lengths = [WIDTH * 3 // 4, WIDTH // 4, WIDTH // 4, WIDTH // 8]
    assert [line.count("█") for line in lines] == lengths
    assert lines[1].index("█") == lines[2].index("█") > lines[0].rindex("█")
    assert lines[3].index("█") == lines[1].index("█") + WIDTH // 8  # they overlap


def test_what_is_left_is_what_the_last_build_took_from_there_on():
    stages = Stages(expected={"read": 1.0, "compute": 30.0, "typeset": 10.0})
    assert [stages.left(name) for name in ("read", "compute", "new")] == [41.0, 40.0, 0.0]


@pytest.mark.parametrize("terminal", [True, False])
def test_time_left_is_told_on_a_terminal_and_lines_stay_plain_elsewhere(
    capsys, monkeypatch, terminal
):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal, raising=False)
    with Stages(expected={"compute": 30.0}).stage("compute") as notes:
        notes.append("computed")
    told = capsys.readouterr().out
    assert ("about 30 s left" in told) is terminal
    assert ("\033" in told) is terminal
    assert told.rstrip().endswith("s  computed")

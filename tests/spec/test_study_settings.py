"""What `study.toml` may say, and what an author is told who mistypes it.

Each case replaces one text of the committed file and gives the message in full.
"""

from pathlib import Path

import pytest

from analysis.errors import ConfigurationError
from analysis.study.settings import read_study

GOOD = (Path(__file__).parents[2] / "study.toml").read_text(encoding="utf-8")

MISTAKES = {
    "a key is misspelt": (
        "threshold = 6",
        "treshold = 6",
        "key 'disclosure.treshold': the key 'treshold' is not known here",
        "did you mean 'threshold'?",
    ),
    "a key is not known": (
        "threshold = 6",
        "threshold = 6\ncolour = 1",
        "key 'disclosure.colour': the key 'colour' is not known here",
        "known keys: channel, threshold",
    ),
    "a key is missing": (
        "months_after = 10",
        "",
        "key 'window': the key 'months_after' is missing",
        "add months_after = ... (a whole number)",
    ),
    "a number is written as text": (
        "workers = 5",
        'workers = "5"',
        "key 'pilots.0.workers': expected a whole number, found '5'",
        "write a whole number",
    ),
    "true is no number": (
        "threshold = 6",
        "threshold = true",
        "key 'disclosure.threshold': expected a whole number, found True",
        "write a whole number",
    ),
    "a threshold is too low for a secure environment": (
        'channel = "public"',
        'channel = "secure"',
        "key 'disclosure.threshold': at least 10 for the channel 'secure'; found 6",
        "correct the value",
    ),
    "a threshold is too low for a public release": (
        "threshold = 6",
        "threshold = 5",
        "key 'disclosure.threshold': at least 6 for the channel 'public'; found 5",
        "correct the value",
    ),
    "a table is no list": (
        'arms = ["intervention", "comparison"]',
        'arms = "intervention"',
        "key 'arms': expected a list of text, found 'intervention'",
        "write a list of text",
    ),
    "a word is not one of those allowed": (
        'assignment_unit = "school"\n\n# --- what is observed',
        'assignment_unit = "pupil"\n\n# --- what is observed',
        "key 'assignment_unit': must be one of school, area; found 'pupil'",
        "choose one of them",
    ),
    "schools by phase do not add up": (
        "schools = 18",
        "schools = 17",
        "key 'pilots.1.places': must add up to schools = 17; found 18",
        "correct the value",
    ),
    "a phase is not known": (
        "places = { secondary = 6, primary = 5, special = 0 }",
        "places = { secondary = 6, nursery = 5 }",
        "key 'pilots.2.places.nursery': must be one of primary, secondary, special; "
        "found 'nursery'",
        "choose one of them",
    ),
    "a month is not a month": (
        'start = "2019-05"',
        'start = "2019-13"',
        "key 'pilots.0.start': a month as YYYY-MM; found '2019-13'",
        "correct the value",
    ),
    "like months are not in the data": (
        "months_before = 24",
        "months_before = 6",
        "key 'window.months_before': at least 12, or like months are not in the data; found 6",
        "correct the value",
    ),
    "two pilots have one name": (
        'name = "Stockport"',
        'name = "Lambeth"',
        "key 'pilots': each may occur only once; found 'Lambeth'",
        "correct the value",
    ),
    "an outcome names a pilot that does not exist": (
        'pilots = ["Southampton", "Stockport"]',
        'pilots = ["Southampton", "Leeds"]',
        "key 'outcomes.3.pilots': must be one of Lambeth, Southampton, Stockport; found 'Leeds'",
        "choose one of them",
    ),
    "a specification names an outcome that does not exist": (
        'outcome = "referrals"',
        'outcome = "exclusions"',
        "key 'specifications.2.outcome': must be one of s47_enquiries, s17_starts, referrals, "
        "days_in_care; found 'exclusions'",
        "choose one of them",
    ),
    "an assumption gives no reason": (
        'id = "A01"',
        'id = ""',
        "key 'assumptions.0.id': may not be empty; found ''",
        "correct the value",
    ),
    "an outcome has no rate to be drawn with": (
        "referrals = { primary",
        "# referrals = { primary",
        "key 'synthetic.rates': one rate for each outcome; found "
        "['s47_enquiries', 's17_starts', 'days_in_care']",
        "correct the value",
    ),
    "an effect is set where no pilot is": (
        "s17_starts = { Stockport = 0.42 }",
        "s17_starts = { Stokport = 0.42 }",
        "key 'synthetic.scenarios.0.effects.s17_starts.Stokport': must be one of Lambeth, "
        "Southampton, Stockport, all; found 'Stokport'",
        "choose one of them",
    ),
    "a share is more than all": (
        "diverted = 0.4",
        "diverted = 4",
        "key 'synthetic.scenarios.4.diverted': a share from 0 to 1; found 4.0",
        "write a share",
    ),
    "the committed scenario does not exist": (
        'committed = "published-directions"',
        'committed = "wishful"',
        "key 'synthetic.committed': the name of a scenario; found 'wishful'",
        "choose one of published-directions, no-effect, harm, regression-to-the-mean, "
        "threshold-change, noisy-school",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_with_its_line_rule_and_remedy(mistake: str, tmp_path: Path) -> None:
    before, after, message, remedy = MISTAKES[mistake]
    assert before in GOOD, "the case no longer fits study.toml"
    path = tmp_path / "study.toml"
    path.write_text(GOOD.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        read_study(path)
    said = str(caught.value)
    assert f"{message}\n  remedy: {remedy}" in said
    if "line" in said:
        line = int(said.split("line ")[1].split(",")[0])
        key = said.split("key '")[1].split("'")[0]
        names = [part for part in key.split(".") if not part.isdigit()]
        written = path.read_text(encoding="utf-8").splitlines()[line - 1]
        assert any(name in written for name in names), f"line {line} is {written!r}"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"title = \xff", "byte 8 is not UTF-8"),
        (b"title = ", "not valid TOML: Invalid value (at end of document)"),
        (b"title = 'a'\nseed = = 1", "not valid TOML: Invalid value (at line 2, column 8)"),
    ],
)
def test_a_file_that_is_no_settings_file(content: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError) as caught:
        read_study(path)
    assert str(path) in str(caught.value)
    assert said in str(caught.value)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="does not exist"):
        read_study(tmp_path / "study.toml")

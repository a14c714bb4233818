"""A council's own files, through a map, are the contract's datasets; what is wrong is named."""

import re
import tomllib
from pathlib import Path

import pandas as pd
import pytest

from analysis.contracts import ContractResults, read_contracts, validate
from analysis.contracts.breach_messages import describe
from analysis.exhibits.appendix.contract_tables import maps_outcome
from analysis.extract.extract import Extract, read_extract
from analysis.extract.maps.checks import COLUMN_KEYS, KEYS, faults_of_map, faults_of_text
from analysis.extract.maps.reading import dataset_map
from analysis.extract.maps.value_formats import DATES
from tests.fixtures.extract import Tables, good_extract, with_control_totals, write_extract
from tests.fixtures.returns import SHIPPED, as_ssda903, with_returns

ROOT = Path(__file__).parents[3]
CONTRACTS = read_contracts(ROOT / "data_contracts")
TABLES: Tables = with_control_totals(good_extract(), CONTRACTS)
EPISODES, EVENTS = TABLES["care_episodes"], TABLES["child_events"]
NOTE = "care_episodes.toml"

PLAIN = """
dataset = "care_episodes"
file = "own.csv"
confirmed = true
by = "A. Officer"
date = 2020-04-01
unused = ["note"]
[[column]]
to = "episode_id"
from = "Episode"
[[column]]
to = "child_id"
from = "Child"
[[column]]
to = "school_id"
from = "School"
[[column]]
to = "started"
from = "Start"
date = "dd/MM/yyyy"
[[column]]
to = "ended"
from = "End"
date = "dd/MM/yyyy"
"""
OWN = (
    "Episode,Child,School,Start,End,note\n"
    "P00001,C00001,S001,05/06/2018,07/06/2018,a\n"
    "P00002,C00002,S002,1/2/2019,,b\n"
)


def read(directory: Path, map_text: str = PLAIN, own: str = OWN) -> Extract:
    """Read an extract of one dataset that comes through a map."""
    (directory / "maps").mkdir()
    (directory / "maps" / NOTE).write_text(map_text, encoding="utf-8", newline="\n")
    (directory / "own.csv").write_text(own, encoding="utf-8", newline="\n")
    return read_extract(directory, {"care_episodes": CONTRACTS["care_episodes"]})


def problems(extract: Extract) -> list[tuple[str, str, str, tuple[int, ...]]]:
    found = extract.read.problems["care_episodes"]
    assert "care_episodes" not in extract.tables
    return [(each.kind, each.file, each.seen, each.rows) for each in found]


@pytest.fixture(scope="module")
def returned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("returned")
    write_extract(directory, TABLES)
    with_returns(directory, TABLES)
    return directory


def test_both_returns_come_back_as_the_tables_they_were_made_from(returned: Path) -> None:
    extract = read_extract(returned, CONTRACTS)
    assert not {"care_episodes", "child_events"} & set(extract.read.problems)
    for dataset, id_ in (("care_episodes", "episode_id"), ("child_events", "event_id")):
        own, made = extract.tables[dataset], pd.DataFrame(TABLES[dataset], dtype="str")
        # The returns number nothing, so numbers follow the order of the file.
        rest = [name for name in made.columns if name != id_]
        pd.testing.assert_frame_equal(
            own[rest].sort_values(rest, ignore_index=True),
            made[rest].sort_values(rest, ignore_index=True),
        )
        assert own[id_].is_unique


def test_an_extract_through_maps_keeps_its_contracts(returned: Path) -> None:
    extract = read_extract(returned, CONTRACTS)
    results = validate(extract.tables, CONTRACTS, read=extract.read)
    assert results.outcome in ("pass", "warn"), describe(results)
    assert not [r.rule for r in results.results if r.outcome == "fail"]


def test_the_report_says_which_column_came_from_which(returned: Path) -> None:
    extract = read_extract(returned, CONTRACTS)
    one = {"control_totals-columns"}
    results = validate(extract.tables, CONTRACTS, one, extract.read)
    said = maps_outcome(results.public()).text
    assert (
        "care_episodes is read from ssda903-episodes-*.csv through maps/ssda903-episodes.toml, "
        "confirmed by A. Officer, 01 April 2020: episode_id from the order of rows, after P; "
        "child_id from CHILD; school_id from children.school_id, by child_id; started from DECOM; "
        "ended from DEC."
    ) in said
    assert maps_outcome(ContractResults((), {}, {})).text.startswith("Every file came with")


def test_provenance_holds_the_council_s_file_and_the_map(returned: Path) -> None:
    files = {file.name: file.datasets for file in read_extract(returned, CONTRACTS).files}
    assert files["ssda903-episodes-2020.csv"] == ("care_episodes",)
    assert files["maps/ssda903-episodes.toml"] == ("care_episodes",)
    assert "care_episodes.csv" not in files
    assert files["schools.csv"] == ("schools",)


def test_the_digest_follows_the_map(tmp_path: Path) -> None:
    before = read(tmp_path).digest
    path = tmp_path / "maps" / NOTE
    path.write_text(path.read_text(encoding="utf-8") + "# read twice\n", encoding="utf-8")
    one = {"care_episodes": CONTRACTS["care_episodes"]}
    assert read_extract(tmp_path, one).digest != before


def test_codes_forms_and_numbers_are_the_contract_s(tmp_path: Path) -> None:
    table = read(tmp_path).tables["care_episodes"]
    assert table["started"].tolist() == ["2018-06-05", "2019-02-01"]
    assert table["ended"].tolist() == ["2018-06-07", ""]


def test_a_day_after_those_of_the_contract_is_left_blank_where_the_map_says_so(
    tmp_path: Path,
) -> None:
    ending = 'from = "End"\ndate = "dd/MM/yyyy"'
    own = OWN.replace("1/2/2019,,", "1/2/2019,03/03/2020,")
    table = read(tmp_path, PLAIN.replace(ending, f'{ending}\nafter = "blank"'), own).tables
    assert table["care_episodes"]["ended"].tolist() == ["2018-06-07", ""]


def test_a_breach_names_the_council_s_file_row_and_column(tmp_path: Path) -> None:
    text = PLAIN.replace('from = "Start"', 'from = "Start"\nafter = "leave out"')
    own = OWN.replace("1/2/2019", "31/02/2019").replace(
        "P00001,", "P00000,C00009,S001,05/06/2023,,c\nP00001,"
    )
    extract = read(tmp_path, text, own)
    assert extract.read.left_out["care_episodes"] == {"Start is after the days of the contract": 1}
    results = validate(extract.tables, CONTRACTS, {"care_episodes-started-type"}, extract.read)
    said = " ".join(describe(results).split())
    # The second row that is taken is the third of the file, on its line 4.
    assert "own.csv, row 4, column started (Start in the council's file)" in said


@pytest.mark.parametrize(
    ("old", "new", "kind", "seen"),
    [
        (
            "confirmed = true",
            "confirmed = false",
            "map-confirmed",
            "a map that nobody has confirmed",
        ),
        (
            'by = "A. Officer"',
            'by = ""',
            "map",
            "a confirmed map says by whom (by) and on which day (date)",
        ),
        (
            'to = "ended"',
            'to = "started"',
            "map-column",
            "two columns, Start and End, go to started",
        ),
        (
            'to = "ended"',
            'to = "end"',
            "map-column",
            "the contract of care_episodes has no column 'end'; is it ended?",
        ),
        (
            'from = "End"',
            "",
            "map-column",
            "ended must have exactly one of from, always, sequence, of",
        ),
        ('from = "End"', 'from = "Ende"', "map-column", "no column Ende"),
        (
            'unused = ["note"]',
            "",
            "map-column",
            "column 6 of the file, which maps/care_episodes.toml neither takes nor lists as unused",
        ),
        (
            'from = "End"\ndate = "dd/MM/yyyy"',
            'from = "End"\ndate = "MM/dd/yyyy"',
            "map-column",
            "date of ended is 'MM/dd/yyyy'; write one of yyyy-MM-dd, ",
        ),
        (
            'from = "School"',
            'from = "School"\ncodes = { A = "S001", S001 = "S001" }',
            "map-code",
            "1 code of School without a target",
        ),
        ('dataset = "care_episodes"', 'dataset = "care"', "map", ""),
        (
            'file = "own.csv"',
            'file = "other.csv"',
            "missing",
            "no such file, which maps/care_episodes.toml names",
        ),
        ('file = "own.csv"', 'file = "../own.csv"', "map", "[form]: '../own.csv' is outside"),
        ('file = "own.csv"', "", "map", "the map lacks file"),
        (
            'from = "End"',
            'form = "End"',
            "map",
            "[[column]] 5 has the unknown key 'form'; is it from?",
        ),
        ("[[column]]", "[column]", "map", "no TOML (Cannot "),
        ("confirmed = true", 'confirmed = "yes"', "map", "confirmed of the map is of another kind"),
        ("[[column]]", 'filter = ["note"]\n[[column]]', "map", "head each entry of filter with"),
        ('["note"]', "[6]", "map", "unused of the map contains something other than text"),
        ("unused", 'form = { unit = "Child" }\nunused', "map", "[form] gives a unit for XML, and"),
        (
            "unused",
            'form = { format = "xml", unit = "Child" }\nunused',
            "map",
            "each [[rows]] of an XML file names its record",
        ),
        ("unused", 'form = { format = "docx" }\nunused', "map", "[form]: "),
        ("2020-04-01", "2999-12-31", "map", "the date of confirmation, 2999-12-31, is in the fut"),
        ('["note"]', '["note", "End"]', "map-column", "End is both taken and unused"),
        ("unused", 'once = ["nobody"]\nunused', "map-column", "once names the unknown column nobo"),
        ('"Child"', '"Child"\ndate = "dd/MM/yyyy"', "map-column", "child_id contains no dates, so"),
        ('"End"', '"End"\nbefore = "guess"', "map-column", "before of ended is 'guess'; write "),
        (
            '"School"',
            '"School"\ncodes = { A = "S001" }\nleave_out = ["A"]',
            "map-column",
            "codes of school_id that are taken and left out: A",
        ),
        (
            'from = "School"',
            'of = "schools.head"\nby = "school_id"',
            "map-column",
            "of is 'schools.head', which is not a column of another dataset",
        ),
    ],
)
def test_what_is_wrong_with_a_map_is_named(
    tmp_path: Path, old: str, new: str, kind: str, seen: str
) -> None:
    assert old in PLAIN
    extract = read(tmp_path, PLAIN.replace(old, new))
    assert "care_episodes" not in extract.tables
    found = [each for some in extract.read.problems.values() for each in some]
    assert any(p.kind == kind and p.seen.startswith(seen) for p in found), found


def test_a_lookup_by_anything_but_the_key_of_the_other_dataset_is_named() -> None:
    looked_up = PLAIN.replace('from = "School"', 'of = "schools.pilot"\nby = "started"')
    assert faults_of_map(dataset_map(tomllib.loads(looked_up), "m.toml", ""), CONTRACTS) == [
        "by is 'started', which is not a column here, or not the key of schools"
    ]


def test_a_code_without_a_target_is_named_with_its_rows(tmp_path: Path) -> None:
    codes = 'from = "School"\ncodes = { S001 = "S001" }'
    found = problems(read(tmp_path, PLAIN.replace('from = "School"', codes)))
    assert found == [("map-code", "own.csv", "1 code of School without a target", (3,))]


def test_the_contract_s_own_file_next_to_a_mapped_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / "care_episodes.csv").write_text("x\n", encoding="utf-8")
    ((kind, file, _, _),) = problems(read(tmp_path))
    assert (kind, file) == ("twice", "care_episodes.csv")


def test_two_maps_to_one_dataset_are_refused(tmp_path: Path) -> None:
    (tmp_path / "maps").mkdir()
    (tmp_path / "maps" / "a.toml").write_text(PLAIN, encoding="utf-8")
    (tmp_path / "maps" / "b.toml").write_text(PLAIN, encoding="utf-8")
    (tmp_path / "own.csv").write_text(OWN, encoding="utf-8")
    extract = read_extract(tmp_path, {"care_episodes": CONTRACTS["care_episodes"]})
    ((kind, file, seen, _),) = problems(extract)
    assert (kind, file) == ("map", "maps/b.toml")
    assert "maps/a.toml gives the dataset care_episodes already" in seen


def test_an_episode_returned_again_is_taken_once_as_it_was_last(tmp_path: Path) -> None:
    episode = {"child_id": "C00001", "started": "2019-02-01", "ended": ""}
    short = {"child_id": "C00001", "started": "2018-02-01", "ended": "2018-02-03"}
    other = {"child_id": "C99999", "started": "2018-02-01", "ended": "2018-02-03"}
    write_extract(tmp_path, {"children": TABLES["children"][:1]})
    with_returns(tmp_path, TABLES)
    (tmp_path / "maps" / "cin-census.toml").unlink()
    (tmp_path / "cin-census-2020.xml").unlink()
    earlier, later = (
        as_ssda903([episode]),
        as_ssda903([{**episode, "ended": "2019-05-04"}, short, other]),
    )
    lines = later.splitlines()
    lines[2] = lines[2].replace("C2", "V4")
    (tmp_path / "ssda903-episodes-2019.csv").write_text(earlier, encoding="utf-8")
    (tmp_path / "ssda903-episodes-2020.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    known = {name: CONTRACTS[name] for name in ("children", "care_episodes")}
    read_ = read_extract(tmp_path, known).read
    assert not read_.problems
    assert read_.tables["care_episodes"][["started", "ended"]].to_numpy().tolist() == [
        ["2019-02-01", "2019-05-04"]
    ]
    assert read_.left_out["care_episodes"] == {
        "a later record of the same case is there": 1,
        "LS is a code left out": 1,
        "child_id is not in children": 1,
    }
    assert read_.places["care_episodes"].to_numpy().tolist() == [["ssda903-episodes-2020.csv", 2]]


@pytest.mark.parametrize(
    ("old", "new", "kind", "seen"),
    [
        ("</Message>", "", "unreadable", "no XML that opens"),
        ("<Message>", "<!DOCTYPE Message><Message>", "entity", "a document type declaration"),
        ("Child>", "Person>", "map-column", "no element Child"),
        ("Section47>", "S47>", "map-column", "no record CINdetails/Section47"),
        ("LAchildID>", "ID>", "map-column", "no element ChildIdentifiers/LAchildID"),
    ],
)
def test_an_xml_return_in_another_layout_is_refused(
    tmp_path: Path, old: str, new: str, kind: str, seen: str
) -> None:
    write_extract(tmp_path, {"children": TABLES["children"]})
    with_returns(tmp_path, TABLES)
    path = tmp_path / "cin-census-2020.xml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    found = read_extract(tmp_path, CONTRACTS).read.problems["child_events"]
    assert (found[0].kind, found[0].seen) == (kind, seen)


def test_an_event_of_an_xml_return_stands_on_its_line(returned: Path) -> None:
    read_ = read_extract(returned, CONTRACTS).read
    table, places = read_.tables["child_events"], read_.places["child_events"]
    lines = (returned / "cin-census-2020.xml").read_text(encoding="utf-8").splitlines()
    row = table.index[table["event_type"] == "s47_enquiry"][0]
    assert table["event_date"][row] in lines[places["line"][row] - 1]


def test_the_page_on_files_explains_every_key_and_its_example_is_a_map() -> None:
    page = (ROOT / "docs" / "extract-files.md").read_text(encoding="utf-8")
    example = page.split("```toml\n")[1].split("```")[0]
    found = tomllib.loads(example)
    assert faults_of_text(found, CONTRACTS) == []
    assert faults_of_map(dataset_map(found, "example", ""), CONTRACTS) == []
    said = page[page.index("### What a map says") :]
    for key in (*KEYS, *COLUMN_KEYS, *DATES):
        assert re.search(rf"\b{re.escape(key)}\b", said), key


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.toml")), ids=lambda path: path.stem)
def test_a_map_that_ships_has_no_fault_and_waits_to_be_confirmed(path: Path) -> None:
    found = tomllib.loads(path.read_text(encoding="utf-8"))
    assert faults_of_text(found, CONTRACTS) == []
    map_ = dataset_map(found, path.name, "")
    assert faults_of_map(map_, CONTRACTS) == []
    assert not map_.confirmed

"""What was published and what the extract shows are told apart, in every chapter of the body."""

import re

import pytest

from analysis.contracts import read_contracts
from analysis.dataflow import graph
from press.chapter.book import read_book
from tests.architecture import ROOT
from tests.spec.committed import EVALUATION

NODES = graph.nodes(graph.build())
TABLES = {f"{name}.csv": (name,) for name in read_contracts(ROOT / "data_contracts")}
PUBLISHED, INVENTED = "published", "invented-result"
OURS = "ours"
"""What we read from what was published: told in neither voice, as no source says it."""
SOURCES = {"published_facts", "published_findings", "trial"}
"""Nodes that hold what was published."""
DESCRIBING = {
    "schools_all", "child_events_all", "rules_tested", "control_totals_outcome",
    "maps_outcome", "warnings_outcome", "each_school_has_a_comparison",
}  # fmt: skip
"""What describes the data supplied or the design, and is no result."""
SHOWN = re.compile(r"`\{python\} (?:numbers|claims)\.(\w+)`")
PUBLISHED_DIRECTIONS = re.compile(
    r"\b(?:the|that) published evaluation (?:found|saw|expects|reported|showed)\b", re.IGNORECASE
)
OURS_SAID = re.compile(
    r"\b(?:our (?:own )?(?:calculation|reading|estimate|view)|in part"
    r"|we (?:can|estimate|infer|conclude|add))\b",
    re.IGNORECASE,
)
"""What an inference of ours says of itself."""
CAPTION = re.compile(r'#\| (?:fig|tbl)-cap: "([^"]*)"\n(?:#\|.*\n)*(?:figures|tables)\.(\w+)')
ALL = [chapter.path for chapter in read_book(ROOT).chapters]
BODY = [
    chapter.path
    for chapter in read_book(ROOT).chapters
    if not re.search(r"detail|appendix|design-checks|estimand|larger|dictionary|trail|certificate|"
                     r"references|acknowledgements", chapter.path)
]  # fmt: skip


def voices(text):
    """Yield each line with its number and the voices it is told in: of its panel, of its tags."""
    panels = []
    for number, line in enumerate(text.splitlines(), start=1):
        if opened := re.match(r":{3,} *\{\.([\w-]+)", line):
            panels.append(opened[1])
        elif re.match(r":{3,} *$", line):
            panels.pop()
        else:
            yield number, line, {*panels, *re.findall(r"\]\{\.([\w-]+)\}", line)}


def voice_of(name):
    """Return the voice in which a number or sentence has to be told; empty for either."""
    if name in DESCRIBING:
        return ""
    if graph.data_files(name, NODES, TABLES):
        return INVENTED
    if not SOURCES & set(graph.upstream(name, NODES)):
        return ""
    return PUBLISHED if EVALUATION.result(name).source else OURS


def faults(text):
    """Return where a result is told in another voice than its own, or in none."""
    found = []
    for number, line, own in voices(text):
        for name in SHOWN.findall(line):
            voice = voice_of(name)
            out_of_place = {PUBLISHED, INVENTED} & own if voice == OURS else voice not in own
            if voice and out_of_place:
                found.append(f"{number}: {name}")
        if PUBLISHED in own and OURS_SAID.search(line):
            found.append(f"{number}: {line}")
        if PUBLISHED_DIRECTIONS.search(line) and PUBLISHED not in own and "#| " not in line:
            found.append(f"{number}: {line}")
    return found


@pytest.mark.parametrize("path", BODY)
def test_each_result_is_told_in_its_own_voice(path):
    assert faults((ROOT / path).read_text(encoding="utf-8")) == []


def test_a_result_in_the_other_voice_is_seen():
    extract, published = "`{python} numbers.s47_ratio_lambeth`", "`{python} numbers.trial_ratio`"
    assert faults(f"::: {{.published}}\n{extract}\n:::\n") == ["2: s47_ratio_lambeth"]
    assert faults(f"- [Published.]{{.published}} {extract}") == ["1: s47_ratio_lambeth"]
    assert faults(f"::: {{.invented-result}}\n{published}\n:::\n") == ["2: trial_ratio"]
    assert faults(f"{extract} and {published}") == ["1: s47_ratio_lambeth", "1: trial_ratio"]
    assert faults("The published evaluation found that it worked.") != []
    assert (
        faults(f"::: {{.published}}\n{published}\n:::\n- [X.]{{.invented-result}} {extract}") == []
    )


def test_an_inference_of_ours_is_no_published_result():
    """Nothing published states a fall that the trial could detect: it is our calculation."""
    ours = "`{python} numbers.published_fall`"
    assert voice_of("published_fall") == voice_of("trial_leaves_open") == OURS
    assert faults(f"It could detect a fall of {ours}.") == []
    assert faults(f"[Published.]{{.published}} It could detect {ours}.") == ["1: published_fall"]
    assert faults("::: {.published}\nBy our calculation it could detect more.\n:::\n") != []
    assert faults("::: {.published}\nWe can rule out a large fall.\n:::\n") != []
    assert faults("[Published.]{.published} The trial took up the second in part.") != []


@pytest.mark.parametrize("path", BODY)
def test_each_panel_opens_with_its_tag_and_what_was_published_is_cited(path):
    text = (ROOT / path).read_text(encoding="utf-8")
    for kind, panel in re.findall(
        r"^::: \{\.(published|invented-result)\}\n(.*?)\n:::$", text, re.MULTILINE | re.DOTALL
    ):
        assert panel.startswith("["), panel
        assert re.match(rf"\[.+?\]\{{\.{kind}\}}$", panel.splitlines()[0]), panel
        if kind == PUBLISHED:
            assert "@" in panel or "The words are ours" in panel, panel


def published_captions(text):
    """Return captions that call published what rests on the extract, and do not name it."""
    return [
        caption
        for caption, name in CAPTION.findall(text)
        if graph.data_files(name, NODES, TABLES)
        and re.search(r"\bpublished\b", caption, re.IGNORECASE)
        and "extract" not in caption
    ]


@pytest.mark.parametrize("path", ALL)
def test_no_caption_calls_published_what_rests_on_the_extract(path):
    assert published_captions((ROOT / path).read_text(encoding="utf-8")) == []


def test_such_a_caption_is_seen():
    figure = '#| fig-cap: "{}"\nfigures.main_result\n'
    assert published_captions(figure.format("Published falls (exploratory)")) != []
    assert published_captions(figure.format("The published falls, in this extract")) == []


def test_the_tag_follows_the_data():
    """A supplied extract is not called invented anywhere by hand in a panel."""
    for path in BODY:
        text = (ROOT / path).read_text(encoding="utf-8")
        tags = re.findall(r"\[([^\]]*)\]\{\.invented-result\}", text)
        assert set(tags) <= {"`{python} numbers.these_data`."}, path

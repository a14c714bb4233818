"""HTML that authors write in chapters is set in print as what it means, not as its words alone."""

import pytest

from press.document import tree
from tests.unit.press.pages import page

TABLE = """\
<table>
<caption>A caption</caption>
<tr><th colspan="2">Both **years**</th><th>Total</th></tr>
<tr><td rowspan="2">

- a list

</td><td>$x^2$</td><td>3</td></tr>
<tr><td>4</td><td>5</td></tr>
</table>
"""


def test_a_table_keeps_its_spans_and_the_markdown_in_its_cells():
    (table,) = page(TABLE, "typst").blocks
    assert table["t"] == "Table"
    rows = [*table["c"][3][1], *table["c"][4][0][2], *table["c"][4][0][3]]
    first, second, _ = rows
    assert [[cell[2:4] for cell in cells] for _, cells in rows] == [
        [[1, 2], [1, 1]], [[2, 1], [1, 1], [1, 1]], [[1, 1], [1, 1]]
    ]  # fmt: skip
    assert [block["t"] for block in second[1][0][4]] == ["BulletList"]
    assert [node["t"] for node in tree.nodes(first, "Strong")] == ["Strong"]
    assert [node["c"][1] for node in tree.nodes(second, "Math")] == ["x^2"]
    assert tree.plain(table["c"][1]) == "A caption"


@pytest.mark.parametrize(
    ("html", "kinds"),
    [
        ("<p align='center'>a <b>b</b></p>\nC", ["Para", "Para"]),
        ("<blockquote>a</blockquote>", ["BlockQuote"]),
        ("<ol start='3'><li>a</li></ol>", ["OrderedList"]),
        ("<dl><dt>a</dt><dd>b</dd></dl>", ["DefinitionList"]),
        ("<h3>a</h3>", ["Para"]),
        ("<hr/>", ["HorizontalRule"]),
        ("<details><summary>a</summary>\n\nb\n\n</details>", ["Para", "Para"]),
        ("<figure><img src='a.svg' alt='a'><figcaption>b</figcaption></figure>", ["Figure"]),
        ("<center>\na\n</center>", ["Div"]),
        ("<ul>\n<li>a\n", ["RawBlock", "RawBlock", "Para"]),
    ],
)
def test_other_blocks(html, kinds):
    assert [block["t"] for block in page(html, "typst").blocks] == kinds


def test_a_heading_in_html_is_no_section():
    (made,) = page("<h3>a</h3>", "typst").blocks
    assert made == tree.para([{"t": "Strong", "c": [tree.text("a")]}])


def test_pages_keep_the_html_as_it_is():
    assert {block["t"] for block in page(TABLE).blocks} >= {"RawBlock", "Plain"}

"""The visual design of the report: the only place where colours, type sizes and spacing are set.

Figures read these values. The extension's stylesheet and Typst template contain a block made from
them, which `python -m tests.design` regenerates and a test compares.

Colours are the Government Analysis Function's categorical palette. Its teal, orange and lilac are
too light for words on white, so each colour has a darker one for text, with a contrast of at least
4.5:1 (WCAG 2.2, 1.4.3).
"""

from __future__ import annotations

NAVY, TEAL, PLUM, ORANGE, GREY, LILAC = (
    "#12436D",
    "#28A197",
    "#801650",
    "#F46A25",
    "#3D3D3D",
    "#A285D1",
)
PUBLISHED = "#0B6B63"
"""Colour of published results, in figures and in panels that report one; plum marks invented
data."""
TEXT_ON_WHITE = {
    NAVY: NAVY,
    TEAL: PUBLISHED,
    PUBLISHED: PUBLISHED,
    PLUM: PLUM,
    ORANGE: "#A33C00",
    GREY: GREY,
    LILAC: "#5F3F9E",
}
"""The colour in which words about a mark are written, by the colour of the mark."""
MUTED = "#7088A2"
"""Colour of intervals where many stand side by side: 3:1 on white (WCAG 2.2, 1.4.11)."""
BETWEEN = "#868E96"
"""Colour of an intermediate category: 3:1 on white."""
LIGHT = "#C9CDD2"
"""Colour of the background, such as lines that connect two marks."""

COLOURS = {
    "ink": "#1C1F23",
    "soft": "#4A525C",
    "rule": "#CBD2DA",
    "accent": NAVY,
    "claret": PLUM,
    "tint": "#E7EEF6",
    "published-colour": PUBLISHED,
    "published-tint": "#EAF5F3",
    "invented-colour": PLUM,
    "invented-tint": "#F7EEF3",
    "panel-tint": "#F3F5F8",
}
"""Colours of text, rules and panels; text has a contrast of at least 4.5:1 on its background."""
DARK = {
    "ink": "#E8EBEE",
    "soft": "#B3BCC6",
    "rule": "#3A444F",
    "accent": "#8FC1EA",
    "claret": "#F094C3",
    "tint": "#223345",
    "published-colour": "#63CFC3",
    "published-tint": "#14302D",
    "invented-colour": "#F094C3",
    "invented-tint": "#33202B",
    "panel-tint": "#1C2229",
}
"""The same colours on a dark page."""

SIZES = {
    "body": 11.0,
    "caption": 10.0,
    "table": 9.0,
    "note": 9.0,
    "small": 8.5,
}
"""Type sizes in print, in points."""
CHART_TEXT = 9.5
"""Type size of words in a figure at print size, in points: 12.7 CSS pixels."""
SMALLEST_CHART_TEXT = 9.0
"""The smallest type size allowed in a figure, in points: 12 CSS pixels."""
LEAST_CONTRAST = 4.5
"""The least contrast of words with their background (WCAG 2.2, 1.4.3)."""
LEAST_MARK_CONTRAST = 3.0
"""The least contrast of intervals and other lines that tell something (WCAG 2.2, 1.4.11)."""

SPACE = {"panel": 10.0, "figure": 18.0}
"""Space within a panel, and above and below a figure, in points."""
WIDTH, NARROW = 6.3, 3.2
"""Width of a figure in the printed text block, and of the same drawn for a phone, in inches."""

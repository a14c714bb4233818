"""The design of the report: the one place where colours, type sizes and spacing are set.

Figures read these values. The extension's stylesheet and Typst template hold a block made from
them, which `python -m tests.design` writes anew and a test compares.

Colours are the Government Analysis Function's categorical palette. Its teal, orange and lilac are
too light for words on white, so that each colour has a darker one for text, of a contrast of at
least 4.5:1 (WCAG 2.2, 1.4.3).
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
"""Of a published result, in figures and in the panels that report one; plum is of invented data."""
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
LIGHT = "#C9CDD2"
"""Of what stands back: connecting lines, a category in between."""

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
"""Of text, rules and panels; every one that carries words holds 4.5:1 on its ground."""
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
"""The same on a dark page."""

SIZES = {
    "body": 11.0,
    "caption": 10.0,
    "table": 9.0,
    "note": 9.0,
    "small": 8.5,
}
"""Type in print, in points."""
CHART_TEXT = 9.5
"""Words in a figure at print size, in points: 12.7 CSS pixels."""
SMALLEST_CHART_TEXT = 9.0
"""The least that any word in a figure may have, in points: 12 CSS pixels."""
LEAST_CONTRAST = 4.5
"""Of words to their ground (WCAG 2.2, 1.4.3)."""

SPACE = {"panel": 10.0, "figure": 18.0}
"""Within a panel, and above and below a figure, in points."""
WIDTH, NARROW = 6.3, 3.2
"""Width of a figure in the printed text block, and of the same drawn for a telephone, in inches."""

RATIO_DECIMALS, RATE_DECIMALS, P_DECIMALS = 2, 1, 3
"""Decimals of ratios, of rates where a channel does not say otherwise, and of p-values."""

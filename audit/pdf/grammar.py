"""Check that a PDF is made only of what a report is made of.

PDF has many ways to show, say or do something that is in no text: notes and form fields over a
page, layers that can be hidden, parts of a page that are cut off, scripts, fonts drawn by
programs. A list of those that are refused would never be complete, so this is a list of what
there may be: the entries of each dictionary, direct ones included, by its place in the document.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from audit.limits import spend
from audit.pdf.tag_tree import is_dictionary

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROLES = {"/Datetime": "/Span", "/Em": "/Span", "/Strong": "/Span", "/Terms": "/Part",
         "/Title": "/P"}  # fmt: skip
"""Roles of Typst that older readers do not know, and what they are to take them for."""


@dataclass(frozen=True)
class Kind:
    """A kind of dictionary.

    Attributes
    ----------
    noun
        Its name in messages.
    keys
        The entries that it may have, besides those in `below`.
    below
        The entries that hold dictionaries, or arrays of them, with the kind of each.
    required
        Values that it must have.
    """

    noun: str
    keys: frozenset[str]
    below: Mapping[str, str] = field(default_factory=dict)
    required: Mapping[str, str] = field(default_factory=dict)


def _kind(noun: str, keys: str, below: str = "", **required: str) -> Kind:
    pairs = (pair.split("=") for pair in below.split())
    return Kind(
        noun,
        frozenset(f"/{key}" for key in keys.split()),
        {f"/{key}": kind for key, kind in pairs},
        {f"/{key}": f"/{value}" for key, value in required.items()},
    )


KINDS = {
    "catalogue": _kind(
        "the document",
        "AF Lang MarkInfo Metadata OutputIntents Type",
        "Names=names Outlines=outlines PageLabels=labels Pages=pages StructTreeRoot=tags "
        "ViewerPreferences=view",
    ),
    "names": _kind("the list of names", "EmbeddedFiles", "Dests=destinations"),
    "destinations": _kind("the list of destinations", "Limits Names", "Kids=destinations"),
    "view": _kind("the way it opens", "Direction DisplayDocTitle"),
    "labels": _kind("the page labels", "Limits Nums", "Kids=labels"),
    "outlines": _kind("the list of bookmarks", "Count Type", "First=bookmark Last=bookmark"),
    "bookmark": _kind(
        "a bookmark",
        "Count Dest Parent Title",
        "First=bookmark Last=bookmark Next=bookmark Prev=bookmark",
    ),
    "pages": _kind(
        "the tree of pages", "Count MediaBox Parent", "Kids=page Resources=drawn", Type="Pages"
    ),
    "page": _kind(
        "a page",
        "Contents MediaBox Parent StructParents Tabs",
        "Annots=link Group=group Resources=drawn",
        Type="Page",
    ),
    "group": _kind("a group of drawings", "CS I K S Type"),
    "link": _kind(
        "a link",
        "Border Contents Dest F QuadPoints Rect StructParent",
        "A=action",
        Subtype="Link",
        Type="Annot",
    ),
    "action": _kind("what a link does", "URI", S="URI", Type="Action"),
    "drawn": _kind(
        "what a page is drawn with",
        "ColorSpace ProcSet Shading",
        "ExtGState=states Font=fonts Pattern=patterns XObject=pictures",
    ),
    "state": _kind("a state of drawing", "AIS BM CA SA Type ca", "SMask=mask"),
    "mask": _kind("a mask", "BC S TR Type", "G=picture"),
    "font": _kind(
        "a font",
        "BaseFont ToUnicode",
        "DescendantFonts=glyphs",
        Type="Font",
        Subtype="Type0",
        Encoding="Identity-H",
    ),
    "glyphs": _kind(
        "a font",
        "BaseFont CIDSystemInfo CIDToGIDMap DW DW2 FontDescriptor Subtype W W2",
        Type="Font",
    ),
    "pattern": _kind(
        "a pattern",
        "BBox Filter DecodeParms Length Matrix PaintType PatternType Shading TilingType Type "
        "XStep YStep",
        "ExtGState=state Resources=drawn",
    ),
    "picture": _kind(
        "a drawing",
        "BBox BitsPerComponent ColorSpace Decode DecodeParms Filter Height Interpolate Length Mask "
        "Matrix StructParents Subtype Type Width",
        "Group=group Resources=drawn SMask=picture",
    ),
    "tags": _kind(
        "the tree of tags", "IDTree Namespaces ParentTree ParentTreeNextKey RoleMap Type", "K=tag"
    ),
    "tag": _kind(
        "a tag",
        "A Alt ID Lang MCID Obj P Pg S T Type",
        "K=tag",
    ),
}
"""What a report is made of, by the name of each kind."""
NAMED = {"fonts": "font", "patterns": "pattern", "pictures": "picture", "states": "state"}
"""Dictionaries that give each of their values a name, with the kind of those values."""


def grammar_faults(pdf: Any) -> Iterator[str]:
    """Yield, in words, everything in a PDF that no report has.

    Parameters
    ----------
    pdf
        An open `pikepdf.Pdf`.
    """
    seen: set[tuple[tuple[int, int], str]] = set()
    tags: set[tuple[int, int]] = set()
    waiting: list[tuple[Any, str]] = [(pdf.Root, "catalogue")]
    while waiting:
        node, name = waiting.pop()
        if node.objgen != (0, 0):
            if (node.objgen, name) in seen:
                continue
            seen.add((node.objgen, name))
        spend()
        if name == "page" and str(node.get("/Type")) == "/Pages":
            name = "pages"  # a node between the root and the pages
        if name == "tag":
            tags.add(node.objgen)
        if name in NAMED:
            waiting += ((each, NAMED[name]) for _, each in _entries(node))
            continue
        yield from _of(node, KINDS[name])
        for key, kind in KINDS[name].below.items():
            waiting += ((each, kind) for each in dictionaries(node.get(key)))
    yield from _roles(pdf.Root.get("/StructTreeRoot"))
    if any(each.objgen not in tags for each in _by_mark(pdf.Root.get("/StructTreeRoot"))):
        yield "a piece of a page has a tag that is not in the tree"


def _of(node: Any, kind: Kind) -> Iterator[str]:
    allowed = kind.keys | kind.below.keys() | kind.required.keys()
    for key in sorted(set(node.keys()) - allowed):
        yield f"{kind.noun} has an entry that no report has: {key}"
    for key, value in kind.required.items():
        if str(node.get(key)) != value:
            yield f"{kind.noun} is not of the kind that a report has: {str(node.get(key))[:40]}"
    if "/ActualText" in node or "/E" in node:
        role = str(node.get("/S", "")).lstrip("/")
        yield f"other words are given for what an element of the role {role} prints"


def dictionaries(given: Any) -> Iterator[Any]:
    """Yield a dictionary, a stream's dictionary, or those in an array, however deep."""
    import pikepdf

    if isinstance(given, pikepdf.Dictionary | pikepdf.Stream):
        yield given
    elif isinstance(given, pikepdf.Array):
        for each in given:
            yield from dictionaries(each)


def _entries(node: Any) -> Iterator[tuple[str, Any]]:
    for key in node.keys():  # noqa: SIM118 - not a mapping
        for each in dictionaries(node[key]):
            yield key, each


def _roles(tags: Any) -> Iterator[str]:
    given = {} if tags is None else tags.get("/RoleMap", {})
    for key in given.keys():  # noqa: SIM118 - not a mapping
        if ROLES.get(key) != str(given[key]):
            yield f"tags of the role {key[1:]} are to be taken for {str(given[key])[1:41]}"


def _by_mark(tags: Any) -> Iterator[Any]:
    """Yield the tags that pieces of pages name as theirs."""
    waiting = [] if tags is None else [tags.get("/ParentTree")]
    while waiting:
        node = waiting.pop()
        if not is_dictionary(node):
            continue
        spend()
        waiting += node.get("/Kids", [])
        yield from dictionaries(node.get("/Nums", []))

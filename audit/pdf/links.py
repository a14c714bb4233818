"""Check that links, bookmarks, page labels and metadata say and do what the pages say.

They are in no text of a page, but readers show them, read them aloud and follow them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from audit.limits import spend
from audit.pdf.grammar import dictionaries
from audit.pdf.tag_tree import is_dictionary, kids

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from audit.pdf.tag_tree import TagTree
    from audit.pdf.text_layer import TextLayer

METADATA = {"Author": "dc:creator", "Keywords": "pdf:Keywords", "Subject": "dc:description",
            "Title": "dc:title"}  # fmt: skip
"""What readers show of a document, with its name in the metadata for archives."""
DATES = {"CreationDate": "xmp:CreateDate", "ModDate": "xmp:ModifyDate"}
_TO_THE_SECOND = 14
_OTHERS = {"Creator", "Producer"}
_PAGE = re.compile(r"page (\d+)$")
_EXHIBIT = re.compile(r"(?:Table|Figure)\s(?:[A-Z]\.)?\d+(?:\.\d+)*")
_REFERENCE = re.compile(r"[A-Z]\d+")
_ADDRESS = re.compile("[a-z]+://")
_MARKUP = re.compile("<[^>]*>")


def link_faults(pdf: Any, layer: TextLayer, tags: TagTree) -> Iterator[str]:
    """Yield, in words, what leads elsewhere, or says something else, than the pages say.

    Parameters
    ----------
    pdf
        An open `pikepdf.Pdf`.
    layer, tags
        Its text and its tag tree.
    """
    numbers = {page.objgen: number for number, page in enumerate(pdf.pages, start=1)}
    labels = _labels(pdf.Root.get("/PageLabels"), len(numbers))
    yield from _label_faults(labels)
    names = dict(_destinations(pdf.Root.get("/Names", {}).get("/Dests")))
    pages = [letters(layer.page_text(page)) for page in range(1, len(layer.pages) + 1)]
    said = _linked(pdf, layer, numbers)
    for page, link in _links(pdf):
        text = said.get(link.objgen, "")
        where = f"page {page}: the link “{text.strip()[:40]}”"
        if "/A" in link:
            address = str(link.A.get("/URI"))
            if _ADDRESS.search(text) and letters(text) != letters(address):
                yield f"{where} leads to {address[:80]}"
            if letters(str(link.get("/Contents", address))) != letters(address):
                yield f"{where} is described as “{str(link.Contents)[:80]}”"
            continue
        target = _page(link.get("/Dest"), names, numbers)
        if not target:
            yield f"{where} leads nowhere"
        elif not _leads(text, str(link.get("/Contents", "")), target, labels, pages):
            yield f"{where} leads to another page than it says, or is described otherwise"
    yield from _bookmarks(pdf, pages, names, numbers)
    yield from _titles(layer, tags)
    yield from _metadata(pdf)


def letters(text: str) -> str:
    """Return a text's letters and digits, in lower case."""
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def _links(pdf: Any) -> Iterator[tuple[int, Any]]:
    for number, page in enumerate(pdf.pages, start=1):
        for link in dictionaries(page.obj.get("/Annots")):
            spend()
            yield number, link


def _leads(
    text: str,
    described: str,
    target: int,
    labels: Mapping[int, int | None],
    pages: list[str],
) -> bool:
    """Return whether a link leads to the page that its text and description name."""
    # A link leads to where a drawing begins, and its caption may be on the page after that.
    near = range(max(target - 1, 1), min(target + 1, len(pages)) + 1)
    for said in (text.strip(), described.strip()):
        counted = _PAGE.search(said)
        if counted and labels.get(target) != int(counted[1]):
            return False
        if _EXHIBIT.fullmatch(said) and not any(letters(said) in pages[n - 1] for n in near):
            return False
        # References in the audit trail lead to where an exhibit is shown, and are described so.
        referring = _REFERENCE.fullmatch(said) and not _PAGE.search(described)
        if referring and letters(said) not in pages[target - 1]:
            return False
    if _PAGE.search(described):
        named = re.search("“(.*)”", described)
        return named is None or letters(named[1]) in pages[target - 1]
    if letters(described) == letters(text):
        return True
    # A link with words of its own is described by the number of what it leads to: Section 2.1.
    kind, _, number = described.strip().rpartition(" ")
    return kind.isalpha() and any(letters(number) in pages[n - 1] for n in near)


def _labels(tree: Any, pages: int) -> dict[int, int | None]:
    """Return the number that a reader shows for each page; None for none, 0 for anything else."""
    given: dict[int, Any] = {}
    waiting = [] if tree is None else [tree]
    while waiting:
        node = waiting.pop()
        spend()
        waiting += node.get("/Kids", [])
        listed = list(node.get("/Nums", []))
        given |= {int(at): label for at, label in zip(listed[::2], listed[1::2], strict=False)}
    found: dict[int, int | None] = {}
    start, label = 0, None
    for page in range(pages):
        if page in given:
            start, label = page, given[page]
        keys = set() if label is None else set(label.keys()) - {"/Type"}
        if label is None or not keys:
            found[page + 1] = None
        elif keys <= {"/S", "/St"} and str(label.get("/S")) == "/D":
            found[page + 1] = int(label.get("/St", 1)) + page - start
        else:
            found[page + 1] = 0
    return found


def _label_faults(labels: Mapping[int, int | None]) -> Iterator[str]:
    """Yield pages that are not counted on from the page before."""
    counted = [(page, number) for page, number in labels.items() if number is not None]
    for (_, before), (page, number) in pairwise([(0, 0), *counted]):
        if number != before + 1 and not (before == 0 and number == page):
            yield f"page {page} has a label that does not count it"
            return


def _destinations(node: Any) -> Iterator[tuple[str, Any]]:
    waiting = [] if node is None else [node]
    while waiting:
        node = waiting.pop()
        spend()
        waiting += node.get("/Kids", [])
        listed = list(node.get("/Names", []))
        yield from ((str(name), at) for name, at in zip(listed[::2], listed[1::2], strict=False))


def _page(given: Any, names: Mapping[str, Any], numbers: Mapping[tuple[int, int], int]) -> int:
    """Return the number of the page that a destination is on; 0 if it is on none."""
    import pikepdf

    if isinstance(given, pikepdf.String | pikepdf.Name):
        given = names.get(str(given).lstrip("/"))
    if is_dictionary(given):
        given = given.get("/D")
    if not isinstance(given, pikepdf.Array) or not len(given) or not is_dictionary(given[0]):
        return 0
    return numbers.get(given[0].objgen, 0)


def _linked(
    pdf: Any, layer: TextLayer, numbers: Mapping[tuple[int, int], int]
) -> dict[tuple[int, int], str]:
    """Return the text of each link, by the object of its annotation."""
    marked: dict[tuple[int, int], str] = defaultdict(str)
    for run in (run for page in layer.pages for run in page):
        marked[run.page, run.mark] += run.text
    found: dict[tuple[int, int], str] = {}
    waiting: list[tuple[Any, int]] = [(pdf.Root.get("/StructTreeRoot"), 0)]
    seen: set[tuple[int, int]] = set()
    while waiting:
        node, page = waiting.pop()
        if node is None or isinstance(node, int) or node.objgen in seen:
            continue
        seen |= {node.objgen} - {(0, 0)}
        page = numbers.get(node.Pg.objgen, page) if "/Pg" in node else page
        if str(node.get("/S")) == "/Link":
            objects: list[tuple[int, int]] = []
            text = _of_link(node, page, numbers, marked, objects)
            found |= dict.fromkeys(objects, text)
        else:
            waiting += ((kid, page) for kid in kids(node))
    return found


def _of_link(
    node: Any,
    page: int,
    numbers: Mapping[tuple[int, int], int],
    marked: Mapping[tuple[int, int], str],
    objects: list[tuple[int, int]],
) -> str:
    """Return the text of a link's tag; its annotations are added to `objects`."""
    spend()
    if isinstance(node, int):
        return marked.get((page, node), "")
    page = numbers.get(node.Pg.objgen, page) if "/Pg" in node else page
    if "/Obj" in node:
        objects.append(node.Obj.objgen)
        return ""
    if "/MCID" in node:
        return marked.get((page, int(node.MCID)), "")
    return "".join(_of_link(kid, page, numbers, marked, objects) for kid in kids(node))


def _bookmarks(
    pdf: Any, pages: list[str], names: Mapping[str, Any], numbers: Mapping[tuple[int, int], int]
) -> Iterator[str]:
    """Yield bookmarks that are not a heading of the page that they lead to."""
    waiting = list(dictionaries(pdf.Root.get("/Outlines", {}).get("/First")))
    seen: set[tuple[int, int]] = set()
    while waiting:
        node = waiting.pop()
        if node.objgen in seen:
            yield "the bookmarks run in a circle"
            return
        seen.add(node.objgen)
        spend()
        waiting += [node[key] for key in ("/Next", "/First") if key in node]
        title = str(node.get("/Title", ""))
        target = _page(node.get("/Dest"), names, numbers)
        if not target or letters(title) not in pages[target - 1]:
            yield f"the bookmark “{title[:60]}” is no heading of the page that it leads to"


def _titles(layer: TextLayer, tags: TagTree) -> Iterator[str]:
    """Yield tags whose title is not their text."""
    texts = {block.element.number: letters(block.text) for block in layer.blocks}
    for number, node in tags.nodes.items():
        if "/T" in node and letters(str(node.T)) not in texts.get(number, ""):
            yield f"the heading “{str(node.T)[:60]}” of a tag is not what the page prints"


def _metadata(pdf: Any) -> Iterator[str]:
    """Yield entries of the metadata that differ between readers, or that no report has."""
    given = {str(key).lstrip("/"): str(value) for key, value in pdf.docinfo.items()}
    for key in sorted(given.keys() - METADATA.keys() - DATES.keys() - _OTHERS):
        yield f"the metadata have an entry that no report has: {key[:40]}"
    stream = pdf.Root.get("/Metadata")
    archived = "" if stream is None else stream.read_bytes().decode("utf-8", "replace")
    for key, name in {**METADATA, **DATES}.items():
        inside = re.findall(f"<{name}>(.*?)</{name}>", archived, re.DOTALL)
        also = [letters(_MARKUP.sub("", each)) for each in inside]
        if key in DATES:
            here = [re.sub(r"\D", "", given[key])[:_TO_THE_SECOND]] if key in given else []
            also = [re.sub(r"\D", "", each)[:_TO_THE_SECOND] for each in also]
        else:
            here = [letters(_escaped(given[key]))] if given.get(key) else []
        if here != [each for each in also if each]:
            yield f"the metadata's {key} is not the same for all readers"
    dates = {given[key] for key in DATES if key in given}
    if len(dates) > 1:
        yield "the metadata name two dates"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

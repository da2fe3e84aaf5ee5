"""The parts of an .xlsx that hold comments on cells: the texts, their drawing, and who points to them."""

import posixpath
import re
import zipfile
from dataclasses import dataclass, field
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from package import letters_of, small
from refusal import RefusedFile

AUTHOR = "企梯"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
TYPES = "[Content_Types].xml"
COMMENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
DRAWING_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_COMMENTS, _DRAWING = "xl/commentsQiti.xml", "xl/drawings/vmlDrawingQiti.vml"
_COMMENTS_ID, _DRAWING_ID = "rIdQitiComments", "rIdQitiDrawing"

_VML = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="901"/>'
    '</o:shapelayout><v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" '
    'path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>{}</xml>'
)
_SHAPE = (
    '<v:shape id="_x0000_s{id}" type="#_x0000_t202" style="position:absolute;margin-left:60pt;margin-top:2pt;'
    'width:220pt;height:70pt;z-index:1;visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto">'
    '<v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
    '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"/></v:textbox>'
    '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
    "<x:Anchor>{right}, 15, {row}, 2, {end}, 15, {below}, 4</x:Anchor><x:AutoFill>False</x:AutoFill>"
    "<x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
)


@dataclass
class Added:
    """Members to write anew or beside the old ones; ``drawing`` is the relation a sheet without comments must name."""

    members: dict[str, bytes] = field(default_factory=dict)
    drawing: str | None = None


def parts(archive: zipfile.ZipFile, sheet: str, comments: dict[tuple[int, int], str]) -> Added:
    """Return what ``comments`` {(row from 1, column from 0): text} add; a cell that has a comment keeps its own."""
    if not comments:
        return Added()
    relations = f"{posixpath.dirname(sheet)}/_rels/{posixpath.basename(sheet)}.rels"
    kept = _relations(archive, relations)
    texts = next((target for kind, target in kept if kind.endswith("/comments")), None)
    drawing = next((target for kind, target in kept if kind.endswith("/vmlDrawing")), None)
    if texts is None and drawing is None:
        return _anew(archive, relations, comments)
    if texts is None or drawing is None:
        return Added()  # a drawing of something else: the column alone tells what became of each row
    folder = posixpath.dirname(sheet)
    return _beside(archive, _resolve(folder, texts), _resolve(folder, drawing), comments)


def _relations(archive: zipfile.ZipFile, name: str) -> list[tuple[str, str]]:
    if name not in archive.namelist():
        return []
    root = ElementTree.fromstring(small(archive, name))  # noqa: S314 - no entities
    return [(r.attrib.get("Type", ""), r.attrib.get("Target", "")) for r in root]


def _resolve(folder: str, target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))


def _anew(archive: zipfile.ZipFile, relations: str, comments: dict[tuple[int, int], str]) -> Added:
    listed = "".join(_comment(place, text, 0) for place, text in sorted(comments.items()))
    authors = f"<authors><author>{AUTHOR}</author></authors>"
    body = f'<comments xmlns="{MAIN}">{authors}<commentList>{listed}</commentList></comments>'
    mine = (
        f'<Relationship Id="{_COMMENTS_ID}" Type="{RELATIONS}/comments" Target="/{_COMMENTS}"/>'
        f'<Relationship Id="{_DRAWING_ID}" Type="{RELATIONS}/vmlDrawing" Target="/{_DRAWING}"/>'
    )
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    if relations in archive.namelist():
        related = _before(small(archive, relations), "Relationships", mine)
    else:
        related = f'{head}<Relationships xmlns="{PACKAGE}">{mine}</Relationships>'.encode()
    types = small(archive, TYPES)
    declared = f'<Override PartName="/{_COMMENTS}" ContentType="{COMMENT_TYPE}"/>'
    if not re.search(rb"""Extension=["']vml["']""", types, re.I):
        declared += f'<Override PartName="/{_DRAWING}" ContentType="{DRAWING_TYPE}"/>'
    return Added(
        {
            _COMMENTS: (head + body).encode(),
            _DRAWING: _VML.format(_shapes(comments, 1)).encode(),
            relations: related,
            TYPES: _before(types, "Types", declared),
        },
        _DRAWING_ID,
    )


def _beside(archive: zipfile.ZipFile, texts: str, drawing: str, comments: dict[tuple[int, int], str]) -> Added:
    old, shapes = small(archive, texts), small(archive, drawing)
    held = set(re.findall(r"""\bref=["']([A-Z]+\d+)["']""", old.decode(errors="replace")))
    new = {place: text for place, text in comments.items() if _reference(place) not in held}
    authors = len(re.findall(rb"<(?:\w+:)?author>|<(?:\w+:)?author/>", old))
    old = _before(old, "authors", f"<author>{AUTHOR}</author>")
    old = _before(old, "commentList", "".join(_comment(place, text, authors) for place, text in sorted(new.items())))
    return Added({texts: old, drawing: _before(shapes, "xml", _shapes(new, 50_000))})


def _before(xml: bytes, element: str, made: str) -> bytes:
    """Return ``xml`` with ``made`` at the end of its ``element``, in the same way of naming elements."""
    closing = re.search(rb"</((?:\w+:)?)%b>" % element.encode(), xml)
    if closing is None:
        raise RefusedFile("broken")
    prefix = closing[1].decode()
    if prefix:
        made = re.sub(r"<(/?)(?=[A-Za-z])(?!v:|x:|o:)", rf"<\1{prefix}", made)
    return xml[: closing.start()] + made.encode() + xml[closing.start() :]


def _comment(place: tuple[int, int], text: str, author: int) -> str:
    said = f'<text><r><t xml:space="preserve">{escape(text)}</t></r></text>'
    return f'<comment ref="{_reference(place)}" authorId="{author}">{said}</comment>'


def _reference(place: tuple[int, int]) -> str:
    return f"{letters_of(place[1])}{place[0]}"


def _shapes(comments: dict[tuple[int, int], str], first: int) -> str:
    return "".join(
        _SHAPE.format(
            id=901 * 1024 + first + n, row=row - 1, below=row + 4, column=column, right=column + 1, end=column + 5
        )
        for n, (row, column) in enumerate(sorted(comments))
    )

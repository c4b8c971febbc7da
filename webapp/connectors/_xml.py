"""XML as ATSs serve it: RSS, Atom and lists of their own, read by the local names of their elements."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from webapp.connectors import _text as text
from webapp.connectors._answer import Answer

RSS = {"Accept": "application/rss+xml, application/xml, text/xml, */*;q=0.5"}
# What XML 1.0 does not allow, as it stands or as a reference: texts pasted into an ATS hold it, a parser stops there.
INVALID = re.compile(
    rb"[\0-\x08\x0b\x0c\x0e-\x1f]|&#(?:x0*(?:[0-8bcef]|1[0-9a-f])|0*(?:[0-8]|1[124-9]|2\d|3[01]));", re.I
)


def document(answer: Answer, root: str) -> Element:
    """The document with a root of that name. Raises `UnexpectedAnswer` for everything else, a cut one included."""
    try:
        found: Element = fromstring(INVALID.sub(b"", answer.body.strip()), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise answer.unexpected() from None
    if _name(found) != root:
        raise answer.unexpected()
    return found


def channel(answer: Answer) -> Element:
    """The channel of an RSS document, as `document()`."""
    found = children(document(answer, "rss"), "channel")
    if not found:
        raise answer.unexpected()
    return found[0]


def items(found: Element) -> list[Element]:
    """The items of a channel."""
    return children(found, "item")


def children(element: Element, name: str) -> list[Element]:
    """The children of that name."""
    return [child for child in element if _name(child) == name.lower()]


def each(element: Element, name: str) -> list[str]:
    """What the children of that name say, each in one line; without empty ones."""
    return [line for child in children(element, name) if (line := text.one_line("".join(child.itertext())))]


def said(element: Element, name: str) -> str | None:
    """What the first child of that name that is not empty says."""
    return next(iter(each(element, name)), None)


def markup(element: Element, name: str) -> str | None:
    """The HTML in the children of that name, escaped, in CDATA or as elements."""
    bodies = ((child.text or "") + "".join(map(_html, child)) for child in children(element, name))
    return text.unescape(next((body for body in bodies if body.strip()), None))


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2].lower()


def _html(element: Element) -> str:
    return tostring(element, encoding="unicode", method="html")

"""Web pages as careers sites serve them, and the schema.org JobPosting objects in them."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from webapp.connectors._answer import CHARSETS, Answer
from webapp.connectors._rows import Row, values

HTML = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.5"}
META = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w-]+)", re.I)
POSTING = re.compile(r"(?:https?://schema\.org/|schema:)?jobposting/?", re.I)
WRAPPERS = re.compile(r"^\s*(?://\s*)?(?:<!--|<!\[CDATA\[|/\*.*?\*/)|(?://\s*)?(?:-->|\]\]>)\s*$|;\s*$", re.S)
TRAILING = re.compile(r'("(?:\\.|[^"\\])*")|,(?=\s*[}\]])', re.S)


def page(answer: Answer) -> LexborHTMLParser:
    """The whole HTML document. Raises `UnexpectedAnswer` for something else and for a page that is cut off."""
    text = markup(answer)
    tail = text[-20_000:].lower()
    if "<" not in text[:2000] or ("</html" not in tail and "</body" not in tail):
        raise answer.unexpected()
    return LexborHTMLParser(text)


def markup(answer: Answer) -> str:
    """The body as text, by the charset that the header or the page declares, else UTF-8, else Windows' Latin."""
    declared = re.search(r"charset=[\"']?([\w-]+)", str(answer.headers.get("Content-Type", "")))
    meta = META.search(answer.body[:4096])
    charset = (declared[1] if declared else meta[1].decode() if meta else "utf-8").lower()
    for name in (charset, "utf-8", "cp1252"):
        try:
            if re.fullmatch(CHARSETS, name):
                return answer.body.decode(name).lstrip("\ufeff")
        except (ValueError, LookupError):
            continue
    raise answer.unexpected()


def job_postings(source: LexborHTMLParser | str) -> list[Row]:
    """Every JobPosting that a page states, by JSON-LD, else by microdata; tolerant of how sites write them.

    https://schema.org/JobPosting, https://developers.google.com/search/docs/appearance/structured-data/job-posting
    """
    tree = LexborHTMLParser(source) if isinstance(source, str) else source
    scripts = [n for n in tree.css("script") if "ld+json" in (n.attributes.get("type") or "").lower()]
    found = [each for script in scripts for data in _documents(script.text()) for each in _inside(data)]
    return found or [_item(n) for n in tree.css("[itemtype]") if is_posting(n.attributes.get("itemtype"))]


def is_posting(kind: object) -> bool:
    """Whether a `@type`, one or a list, names a JobPosting."""
    return any(
        isinstance(k, str) and POSTING.fullmatch(k.strip()) for k in (kind if isinstance(kind, list) else [kind])
    )


def _documents(text: str) -> Iterator[Any]:
    """The JSON values of a script: wrappers, trailing commas and raw line breaks in strings are common faults."""
    for _round in range(2):
        text = WRAPPERS.sub("", text).strip()
    if text.startswith(("{&quot;", "[{&quot;", "{ &quot;")):
        text = html.unescape(text)
    for attempt in (text, TRAILING.sub(lambda m: m[1] or "", text), re.sub(r"\\(?![\"\\/bfnrtu])", r"\\\\", text)):
        decoder, at, found = json.JSONDecoder(strict=False), 0, []
        try:
            while at < len(attempt):
                value, at = decoder.raw_decode(attempt, at)
                found.append(value)
                at += len(attempt[at:]) - len(attempt[at:].lstrip(" \t\r\n,;"))
        except (ValueError, RecursionError):
            if not found:
                continue
        yield from found
        return


def _inside(data: Any, depth: int = 0) -> Iterator[Row]:
    """JobPostings in lists, in a `@graph`, in an `ItemList`, on a `WebPage`."""
    if isinstance(data, list) and depth < 8:
        for each in data:
            yield from _inside(each, depth + 1)
    elif isinstance(data, dict) and depth < 8:
        if is_posting(data.get("@type", data.get("type"))):
            yield data
        else:
            for name in ("@graph", "itemListElement", "item", "mainEntity", "mainEntityOfPage", "dataFeedElement"):
                yield from _inside(values(data, name), depth + 1)


def _item(scope: LexborNode) -> Row:
    """A microdata item as the JSON-LD that says the same. https://html.spec.whatwg.org/multipage/microdata.html"""
    found: Row = {}
    for node in scope.css("[itemprop]"):
        if node.mem_id != scope.mem_id and _scope(node) == scope.mem_id:
            for name in (node.attributes.get("itemprop") or "").split():
                value = _value(node, name)
                before = found.get(name)
                found[name] = value if before is None else [*(before if isinstance(before, list) else [before]), value]
    return found


def _scope(node: LexborNode) -> int | None:
    above = node.parent
    while above is not None and "itemscope" not in above.attributes:
        above = above.parent
    return above.mem_id if above is not None else None


def _value(node: LexborNode, name: str) -> Any:
    said = node.attributes
    if "itemscope" in said:
        return _item(node)
    for attribute in ("content", "datetime", "href" if name in ("url", "sameAs") else "content"):
        if said.get(attribute):
            return said[attribute]
    return node.inner_html if name == "description" else " ".join(node.text(separator=" ").split())

"""Web pages as careers sites serve them, and the schema.org JobPosting objects in them."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from webapp.connectors._answer import CHARSETS, Answer
from webapp.connectors._rows import Row, values

HTML = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.5"}
#: The beginning of an XML or JSON document that is no web page.
FEED = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*(?:<(?!!doctype html|html)[a-z_][\w:.-]*[\s>]|[\[{])", re.I | re.S
)
META = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w-]+)", re.I)
POSTING = re.compile(r"(?:https?://schema\.org/|schema:)?jobposting/?", re.I)
#: Parts in microdata that hold HTML, and those that hold parts of their own.
HTML_TEXTS = ("description", "responsibilities", "qualifications", "skills", "experienceRequirements", "jobBenefits")
NESTED = ("jobLocation", "address", "hiringOrganization", "baseSalary", "value", "identifier")
WRAPPERS = re.compile(r"^\s*(?://\s*)?(?:<!--|<!\[CDATA\[|/\*.*?\*/)|(?://\s*)?(?:-->|\]\]>)\s*$|;\s*$", re.S)
#: What an item says once; a page may show it several times.
ONCE = ("title", "name", "url", "datePosted", "validThrough")
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


def joined(base: str, link: object) -> str | None:
    """The address that a link on the page `base` leads to; `None` for what no browser would follow."""
    try:
        return urljoin(base, link.strip() if isinstance(link, str) else "")
    except ValueError:  # such as http://[your-site]/
        return None


def job_postings(source: LexborHTMLParser | str) -> list[Row]:
    """Every JobPosting that a page states, by JSON-LD, else by microdata; tolerant of how sites write them.

    https://schema.org/JobPosting, https://developers.google.com/search/docs/appearance/structured-data/job-posting
    """
    tree = LexborHTMLParser(source) if isinstance(source, str) else source
    scripts = [n for n in tree.css("script") if "ld+json" in (n.attributes.get("type") or "").lower()]
    documents = [data for script in scripts for data in _documents(script.text())]
    if found := [each for data in documents for each in _inside(data)]:
        named: dict[str, Row] = {}
        _name(documents, named)
        return [_whole(each, named) for each in found]
    items = [n for n in tree.css("[itemtype]") if is_posting(n.attributes.get("itemtype"))]
    return [_item(n) for n in items if not _is_part(n)]


def is_posting(kind: object) -> bool:
    """Whether a `@type`, one or a list, names a JobPosting."""
    return any(
        isinstance(k, str) and POSTING.fullmatch(k.strip()) for k in (kind if isinstance(kind, list) else [kind])
    )


ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.S)
ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "b": "", "f": "", "v": "", "\n": ""}


def javascript(string: str) -> str:
    """What stands between the quotes of a JavaScript string."""

    def meant(match: re.Match[str]) -> str:
        code = match[1] or match[2]
        return chr(int(code, 16)) if code else ESCAPED.get(match[3], match[3])

    return ESCAPE.sub(meant, string)


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


def _name(data: Any, named: dict[str, Row], depth: int = 0) -> None:
    """Note the objects that have an `@id`, by which other objects refer to them."""
    for each in data if isinstance(data, list) else data.values() if isinstance(data, dict) else ():
        if isinstance(each, dict) and isinstance(each.get("@id"), str) and len(each) > 1:
            named.setdefault(each["@id"], each)
        if isinstance(each, dict | list) and depth < 8:
            _name(each, named, depth + 1)


def _whole(thing: Any, named: dict[str, Row], depth: int = 0) -> Any:
    """The object with those in the place of references to them: `{"@id": "#organization"}`."""
    if isinstance(thing, list):
        return [_whole(each, named, depth + 1) for each in thing] if depth < 6 else thing
    if not isinstance(thing, dict) or depth > 6:
        return thing
    if len(thing) == 1 and isinstance(thing.get("@id"), str):
        return _whole(named.get(thing["@id"], thing), named, depth + 1) if thing["@id"] in named else thing
    return {name: _whole(each, named, depth + 1) for name, each in thing.items()}


def _item(scope: LexborNode) -> Row:
    """A microdata item as the JSON-LD that says the same. https://html.spec.whatwg.org/multipage/microdata.html"""
    found: dict[str, list[LexborNode]] = {}
    for node in scope.css("[itemprop]"):
        if node.mem_id != scope.mem_id and _scope(node) == scope.mem_id:
            for name in (node.attributes.get("itemprop") or "").split():
                found.setdefault(name, []).append(node)
    row: Row = {}
    for name, nodes in found.items():
        said = [_value(node, name) for node in (text_blocks(nodes) if name == "description" else nodes)]
        if name == "description":
            row[name] = "\n".join(block for block in said if isinstance(block, str))
        else:
            row[name] = said[0] if len(said) == 1 or name in ONCE else said
    return row


def text_blocks(nodes: list[LexborNode]) -> list[LexborNode]:
    """The blocks of one text, in order: not those within another, nor empty ones, nor what the head says in short."""
    shown = [node for node in nodes if node.tag != "meta" and node.text().strip()] or nodes[:1]
    within = {inner.mem_id for node in shown for inner in node.css("[itemprop]") if inner.mem_id != node.mem_id}
    return [node for node in shown if node.mem_id not in within]


def _is_scope(node: LexborNode) -> bool:
    """Whether parts of an item stand in it, as some sites forget to say: there `itemprop` stands within `itemprop`."""
    said = node.attributes
    if "itemscope" in said or "itemtype" in said:
        return True
    return said.get("itemprop") in NESTED and not said.get("content") and node.css_first("[itemprop]") is not None


def _is_part(item: LexborNode) -> bool:
    """Whether a posting stands within another one, of which it is a part."""
    return "itemprop" in item.attributes


def _scope(node: LexborNode) -> int | None:
    above = node.parent
    while above is not None and not _is_scope(above):
        above = above.parent
    return above.mem_id if above is not None else None


def _value(node: LexborNode, name: str) -> Any:
    said = node.attributes
    if _is_scope(node):
        return _item(node) or _words(node)
    for attribute in ("content", "datetime", "href" if name in ("url", "sameAs") else "content"):
        if said.get(attribute):
            return said[attribute]
    return node.inner_html if name in HTML_TEXTS else _words(node)


def _words(node: LexborNode) -> str:
    return " ".join(node.text(separator=" ").split())

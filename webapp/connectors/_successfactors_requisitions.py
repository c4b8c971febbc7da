"""SAP SuccessFactors: what OData says of a job requisition, its texts by locale and the boards that it is posted on."""

from __future__ import annotations

import html
import re
from dataclasses import replace

from webapp.connectors import _text as text
from webapp.connectors._places import work_model
from webapp.connectors._records import Location, Reason, RemotePosition, Translation
from webapp.connectors._rows import Row, parts, said
from webapp.connectors._successfactors_lists import written

#: What is always there, and what many requisition templates have; a tenant refuses the question where one is missing.
SELECT = (
    "jobReqId,jobReqLocale/externalTitle,jobReqLocale/extJobDescription,jobReqPostings/boardId,"
    "jobReqPostings/postingStatus,jobReqPostings/postStartDate,jobReqPostings/postEndDate"
)
MORE = "jobReqLocale/locale,location,city,stateProvince,country,department,division,lastModifiedDateTime"
#: Posting status, by its number and by its name.
STATUS = ("failed", "success", "updated", "deleted", "pending", "repost_pending", "repost_success", "expired")
OPEN = ("success", "updated", "repost_success")


def asked(further: bool = False) -> dict[str, str]:
    """The query for open requisitions; `further`: with the fields that not every tenant has."""
    return {
        "$expand": "jobReqPostings,jobReqLocale",
        "$select": f"{SELECT},{MORE}" if further else SELECT,
        "$filter": "internalStatus eq '1'",
        "$format": "json",
    }


def title(row: Row) -> str:
    """The title in the first locale that has one."""
    return html.unescape(next((said(each, "externalTitle") or "" for each in _texts(row)), said(row, "jobTitle") or ""))


def board(row: Row) -> tuple[Row, Reason | None]:
    """The posting that counts, the external one before the internal one; else why the requisition is not shown."""
    given = _expanded(row, "jobReqPostings")
    boards = {said(each, "boardId") or "": each for each in given if _status(each) in OPEN}
    for name in ("_external", "_internal"):
        if name in boards:
            return boards[name], None
    ended = {_status(each) for each in given} - {"pending", ""}
    return {}, "unlisted" if boards else "expired" if "expired" in ended else "closed" if ended else "draft"


def read(row: Row, id: str, posting: Row, url: str | None) -> RemotePosition:
    """The position that a requisition is on this board."""
    first, *others = _texts(row) or [{}]
    where = said(row, "location")
    return RemotePosition(
        id=id,
        title=title(row),
        url=url,
        department=_named(said(row, "department")),
        team=_named(said(row, "division")),
        locations=_places(row, where),
        workplace=work_model(where),
        description_html=_text(first),
        posted_at=text.moment(said(posting, "postStartDate")),
        updated_at=text.moment(said(row, "lastModifiedDateTime")),
        closes_at=text.moment(said(posting, "postEndDate")),
        language=_language(first),
        requisition=id,
        visibility="internal" if said(posting, "boardId") == "_internal" else "public",
        translations=tuple(
            Translation(language, html.unescape(said(each, "externalTitle") or ""), _text(each))
            for each in others
            if (language := _language(each))
        ),
    )


def _texts(row: Row) -> list[Row]:
    return [each for each in _expanded(row, "jobReqLocale") if said(each, "externalTitle")]


def _expanded(row: Row, name: str) -> list[Row]:
    """What OData expanded: a list in `results`, a list, or one object; nothing where it only refers to it."""
    found = row.get(name)
    if isinstance(found, dict) and "results" in found:
        return parts(found, "results")
    return [each for each in parts(row, name) if "__deferred" not in each]


def _status(posting: Row) -> str:
    given = (said(posting, "postingStatus") or "").strip().lower().replace(" ", "_")
    return STATUS[int(given)] if given.isdecimal() and int(given) < len(STATUS) else given


def _text(locale: Row) -> str | None:
    names = ("extJobDescHeader", "extJobDescription", "externalJobDescription", "extJobDescFooter")
    bodies = dict.fromkeys(body for name in names if (body := text.unescape(said(locale, name))))
    return text.sections((None, text.lines(body)) for body in bodies)


def _language(locale: Row) -> str | None:
    given = said(locale, "locale") or ""
    return given.replace("_", "-") if re.fullmatch(r"[a-z]{2,3}(_[A-Z]{2})?", given) else None


def _named(given: str | None) -> str | None:
    """A standard field, without the code that SuccessFactors puts behind it: "Bakery (D100)"."""
    return re.sub(r"\s+\([\w.-]*\d[\w.-]*\)$", "", given or "") or None


def _places(row: Row, where: str | None) -> tuple[Location, ...]:
    city, region, country = (said(row, name) for name in ("city", "stateProvince", "country"))
    code = text.country(country)
    if city or region:
        return (Location(None, city, region, code),)
    found = written(_named(where))
    if not found:
        return (Location(country=code),) if code else ()
    return tuple(place if place.country else replace(place, country=code) for place in found)

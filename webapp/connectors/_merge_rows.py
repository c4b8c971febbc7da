"""What merge.dev's answers say: an account, what linking yields, a job and whether it is shown. Nothing is asked here.

https://docs.merge.dev/merge-unified/ats/common-models/jobs and …/job-postings, which not every ATS has
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from webapp.connectors import _text as text
from webapp.connectors._answer import Answer
from webapp.connectors._places import places, work_model
from webapp.connectors._records import Reason, RemotePosition

Row = dict[str, Any]
#: ATSs whose jobs have no status at Merge: the table of supported fields in Merge's own OpenAPI document.
NO_STATUS = (
    "CATS|Crelate|Dayforce|Easycruit|Harbour ATS|HR Cloud|Infinite BrassRing|Occupop|Onlyfy|Personio Recruiting|Polymer"
    "|Recruitive|TalentReef|Tribepad|Welcome to the Jungle"
)
WITHHELD: dict[Any, Reason] = {"DRAFT": "draft", "PENDING": "draft", "CLOSED": "closed", "ARCHIVED": "closed"}


@dataclass(frozen=True)
class MergeAccount:
    """What merge.dev says of a linked account. `status`: COMPLETE, INCOMPLETE, RELINK_NEEDED or IDLE."""

    id: str
    integration: str | None
    integration_slug: str | None
    category: str | None
    end_user_origin_id: str | None
    organisation: str | None
    status: str | None


@dataclass(frozen=True)
class LinkToken:
    """Opens Merge Link once, within 30 minutes. `integration` is set where this origin id is linked already."""

    token: str = field(repr=False)
    integration: str | None


@dataclass(frozen=True)
class Exchanged:
    """A linked account's token and ID, and the ATS that was linked. After a relink both are as before."""

    account_token: str = field(repr=False)
    linked_account_id: str
    integration: str | None
    integration_slug: str | None


def said(value: Any) -> str | None:
    """A text in one line; `None` for anything else."""
    return text.one_line(value) if isinstance(value, str) else None


def due(answer: Answer, value: Any) -> str:
    """A text that must be there. Raises `UnexpectedAnswer`."""
    if not isinstance(value, str) or not value:
        raise answer.unexpected()
    return value


def job_of(posting: Row) -> Any:
    """The id of a posting's job, which comes as an id or as a whole object."""
    job = posting.get("job")
    return job.get("id") if isinstance(job, dict) else job


def why_not(row: Row) -> Reason | None:
    """Why a job is not shown, whatever its postings say."""
    if row.get("confidential"):
        return "confidential"
    if row.get("remote_was_deleted"):
        return "closed"
    if row.get("status") not in (None, "OPEN"):
        return WITHHELD.get(row["status"], "unlisted")
    return "sample" if row.get("type") == "PROFILE" else None  # a template that jobs are made of


def live_of(row: Row, postings: list[Row]) -> list[Row]:
    """The postings that are out, the one to show first.

    Where neither the job nor the posting has a status, nothing proves that it is no draft.
    """
    states = ("PUBLISHED", "INTERNAL", None) if row.get("status") == "OPEN" else ("PUBLISHED", "INTERNAL")
    return sorted((p for p in postings if p.get("status") in states), key=_rank)


def why_not_advertised(row: Row, postings: list[Row]) -> Reason | None:
    """Why a job without a live posting is not shown; `None` if it is open and may be of an ATS without postings."""
    if postings:
        return next((WITHHELD[p.get("status")] for p in postings if p.get("status") in WITHHELD), "unlisted")
    return None if row.get("status") == "OPEN" and row.get("type") != "REQUISITION" else "unlisted"


def title(row: Row, live: list[Row]) -> str | None:
    """The posting's title; the job's own name is what people in the ATS call it."""
    return next((name for p in live[:1] if (name := said(p.get("title")))), None) or said(row.get("name"))


def position(
    row: Row, live: list[Row], postings: list[Row], departments: list[Row], offices: list[Row]
) -> RemotePosition:
    """The position that a job's first live posting advertises, or the job itself where there is none.

    Addresses of the job's other postings, such as internal ones, are not taken for its own.
    """
    advert: Row = live[0] if live else {}
    others = {url for p in postings if p is not advert for url in _urls(p)}
    where = [said(o.get("location")) or said(o.get("name")) for o in offices]
    modified = _newest("modified_at", row, *postings)
    return RemotePosition(
        id=str(row.get("id") or ""),
        title=title(row, live) or "",
        url=next(iter([*_urls(advert), *(url for url in _urls(row) if url not in others)]), None),
        department=next((said(d.get("name")) for d in departments), None),
        locations=places(*where),
        workplace=work_model("; ".join(filter(None, where))),
        description_html=text.unescape(_html(advert.get("content")) or _html(row.get("description"))),
        posted_at=text.moment(advert.get("remote_created_at")) or text.moment(row.get("remote_created_at")),
        updated_at=_newest("remote_updated_at", row, advert),
        requisition=said(row.get("code")),
        visibility="internal" if _internal(advert) else "public",
        # Never absent: what has no version is not known to a delta, and would vanish in it.
        version=modified.isoformat() if modified else "unknown",
    )


def _html(value: Any) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def _internal(posting: Row) -> bool:
    return posting.get("status") == "INTERNAL" or posting.get("is_internal") is True


def _rank(posting: Row) -> tuple[Any, ...]:
    """Public before internal, published before unsaid, then the oldest: the same choice every time."""
    created = text.moment(posting.get("remote_created_at")) or datetime.max.replace(tzinfo=UTC)
    return _internal(posting), posting.get("status") is None, created, str(posting.get("id"))


def _newest(name: str, *rows: Row) -> datetime | None:
    return max((moment for row in rows if (moment := text.moment(row.get(name)))), default=None)


def _urls(row: Row) -> list[str]:
    """Addresses at which one applies, those that say so first; they come as objects or as plain texts."""
    found = [{"value": u} if isinstance(u, str) else u for u in row.get("job_posting_urls") or []]
    found = [u for u in found if isinstance(u, dict) and said(u.get("value")) and not u.get("remote_was_deleted")]
    return [u["value"] for u in sorted(found, key=lambda u: u.get("url_type") != "JOB_POSTING")]

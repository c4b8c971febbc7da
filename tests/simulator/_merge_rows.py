"""What an ATS holds, as the rows that merge.dev makes of it: jobs, postings, departments and offices."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from tests.simulator import northwind
from tests.simulator._account import Account, Job

SPACE = UUID("5c0f1f3e-7a52-4d0b-9d61-3f2b6c8e9a10")
STATES = {"published": "OPEN", "draft": "DRAFT", "closed": "CLOSED"}
POSTINGS = {"published": "PUBLISHED", "draft": "DRAFT", "closed": "CLOSED"}
Row = dict[str, Any]


class Rows(Account):
    """The jobs of Northwind's Workable and an internal one, as Merge lists them.

    What tests may set is what the ATS can do: `knows_status`, `has_postings`, `tells_deletions`, and `expands`: whether
    Merge honours `expand`. `said` and `posted` replace parts of a job's row and of its posting's (`None`: it has none).
    """

    def __init__(self, try_with: dict[str, str]) -> None:
        super().__init__(try_with)
        self.knows_status = self.has_postings = self.tells_deletions = self.expands = True
        self.said: dict[str, Row] = {}
        self.posted: dict[str, Row | None] = {}
        self.deleted: dict[str, Job] = {}
        self._stamps: dict[str, datetime] = {}
        deputy = northwind.job("I01", 57, "Deputy Head of Transport", "planning", "Logistics", "WAW", mark="internal")
        self.take(replace(job, id=made_id(job.id)) for job in (*northwind.WORKABLE, deputy))

    def take(self, jobs: Iterable[Job]) -> None:
        super().take(jobs)
        self._stamps = dict.fromkeys(self.jobs, self.modified)

    def add(self, job: Job) -> None:
        super().add(job)
        self._stamps[job.id] = self._stamps[made_id(job.id)] = self.modified

    def remove(self, id: str) -> None:
        """Delete a job in the ATS; Merge goes on listing it where it learns of no deletions."""
        if self.tells_deletions:
            self.deleted[id] = self.jobs[id]
            super().remove(id)
            self._stamps[id] = self._stamps[made_id(id)] = self.modified

    def post(self, id: str, **parts: Any) -> None:
        """Change a job's posting only, or take it away with `post(id, gone=True)`."""
        self.modified += timedelta(minutes=1)
        self._stamps[made_id(id)] = self.modified
        self.posted[id] = None if parts.get("gone") else {**(self.posted.get(id) or {}), **parts}

    def rows(self, path: str, expand: set[str]) -> list[Row]:
        jobs = [*self.jobs.values(), *self.deleted.values()]
        if path == "jobs":
            return [self._job(job, expand) for job in jobs]
        if path == "job-postings":
            return [posting for job in jobs for posting in self._postings(job)]
        of = self._departments if path == "departments" else self._offices
        return list({row["id"]: row for job in jobs for row in of(job)}.values())

    def _job(self, job: Job, expand: set[str]) -> Row:
        parts = {
            "departments": self._departments(job),
            "offices": self._offices(job),
            "job_postings": self._postings(job),
        }
        shown = expand if self.expands else set()
        row = _common(job.id, job.id[:8], self._stamps[job.id], job.id in self.deleted) | {
            "name": job.title[job.language],
            "description": job.description(),
            "code": None,
            "status": STATES[job.state] if self.knows_status else None,
            "type": "PROFILE" if job.mark == "sample" else "POSTING",
            "job_posting_urls": [] if job.mark == "internal" else [_url(job)],
            "remote_created_at": job.posted.isoformat(),
            "remote_updated_at": job.changed.isoformat(),
            "confidential": job.mark == "confidential",
            "hiring_managers": [made_id("Mira Sandvoss")],
            "recruiters": [],
        }
        row |= {name: rows if name in shown else [r["id"] for r in rows] for name, rows in parts.items()}
        return row | self.said.get(job.id, {})

    def _postings(self, job: Job) -> list[Row]:
        said = self.posted.get(job.id, {})
        if said is None or job.mark == "sample" or not self.has_postings:
            return []
        id = made_id(job.id)
        return [
            _common(id, id[:8], self._stamps.get(id, self._stamps[job.id]), job.id in self.deleted)
            | {
                "title": job.title[job.language],
                "job_posting_urls": [] if job.mark == "internal" else [_url(job)],
                "job": job.id,
                "status": "INTERNAL" if job.mark == "internal" else POSTINGS[job.state],
                "content": job.description(),
                "remote_created_at": job.posted.isoformat(),
                "remote_updated_at": job.changed.isoformat(),
                "is_internal": job.mark == "internal",
            }
            | said
        ]

    def _departments(self, job: Job) -> list[Row]:
        return [_common(made_id(job.department), job.department, self.modified) | {"name": job.department}]

    def _offices(self, job: Job) -> list[Row]:
        said = [(p.city, f"{p.city}, {p.region}, {p.country_name}") for p in job.places if not p.hidden]
        said += [("Remote", "Remote")] if job.workplace == "remote" else []
        return [
            _common(made_id(location), name, self.modified) | {"name": name, "location": location}
            for name, location in said
        ]


def made_id(text: str) -> str:
    """The same UUID for the same text."""
    return str(uuid5(SPACE, text))


def _common(id: str, remote_id: str, stamp: datetime, deleted: bool = False) -> Row:
    at = f"{stamp:%Y-%m-%dT%H:%M:%SZ}"
    common = {"id": id, "remote_id": remote_id, "created_at": "2026-11-05T12:00:00Z", "modified_at": at}
    return common | {"remote_was_deleted": deleted, "field_mappings": None, "remote_data": None}


def _url(job: Job) -> Row:
    address = f"https://apply.workable.com/j/{job.id}"
    return {
        "value": address,
        "url_type": "JOB_POSTING",
        "created_at": None,
        "modified_at": None,
        "remote_was_deleted": None,
    }

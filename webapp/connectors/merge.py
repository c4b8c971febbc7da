"""merge.dev: one way into many ATSs, and the calls around Merge Link. Facts: https://docs.merge.dev/merge-unified/ats"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests

from webapp.connectors import _merge_rows as rows_of
from webapp.connectors import _text as text
from webapp.connectors._contract import ATS, Connector, Field
from webapp.connectors._dial import PACES, Pace
from webapp.connectors._errors import (
    AccountNotFound,
    ConnectorError,
    CredentialsRejected,
    PermissionMissing,
    TemporarilyUnavailable,
    UnexpectedAnswer,
)
from webapp.connectors._http import PAGES, Answer, Client, Limits, need
from webapp.connectors._merge_rows import Exchanged, LinkToken, MergeAccount, Row, due, said
from webapp.connectors._records import RemoteAccount, RemotePosition, Unchanged
from webapp.i18n import N_

MERGE = ATS("merge", "merge.dev", reads_others=True, website="https://www.merge.dev")
NAME = "Merge.dev"  # as a sentence begins
BASE_URL = "https://api.merge.dev/api"  # others: api-eu., api-ap. and api-sandbox.merge.dev/api; keys belong to one
#: Per linked account, the least of all plans. https://docs.merge.dev/merge-unified/ats/merge-api-basics/rate-limits
LIMITS = Limits(requests=100, seconds=60, mib=32)
EXPAND = "departments,offices,job_postings"
#: What was modified while Merge was read last, or written down late, is asked for again.
OVERLAP = timedelta(minutes=10)
UNSAID = N_("Merge.dev does not learn from this ATS what is published: only jobs with a published posting are shown.")
UNSET = N_("This installation is not set up for merge.dev: BERTH_MERGE_API_KEY or BERTH_MERGE_BASE_URL is not right.")
WRONG_KEY = N_("The merge.dev key of this installation is not accepted: its operator checks BERTH_MERGE_API_KEY.")
PAY = N_("Merge.dev asks the operator of this installation to pay, or for another plan.")
FULL = N_("The merge.dev account of this installation is full of test accounts: its operator deletes one at merge.dev.")
USED = N_("What was agreed at merge.dev is too old or was used already. Continue on merge.dev once more.")
LOST = N_("Merge.dev can no longer sign in to the ATS, its access has expired or was revoked: link the account again.")
STALE = N_("The list at merge.dev changed while it was read. Berth begins anew by itself.")
FIRST = N_("Merge.dev has not finished reading the ATS for the first time. Berth looks again by itself.")


class MergeLink:
    """The calls around linking; they need the operator's settings only: `merge_api_key`, `merge_base_url`."""

    config: dict[str, str]
    http: Client

    def __init__(self, settings: Mapping[str, str], http: requests.Session | None = None) -> None:
        self.config = {"merge_base_url": BASE_URL, **settings}
        host = urlsplit(self.config["merge_base_url"]).hostname or ""
        self.http = Client(NAME, (host,), credentials=True, transport=http)

    def create_link_token(
        self, origin_id: str, organisation: str, email: str, integration: str | None = None, language: str | None = None
    ) -> LinkToken:
        """`POST /link-token`, anew for every click. The same origin id means the same linked account: a relink.

        `integration`: the slug of an ATS, which skips Merge's own choice. https://docs.merge.dev/get-started/link
        """
        body: dict[str, Any] = {
            "end_user_email_address": email[:100],
            "end_user_organization_name": organisation[:100],
            "end_user_origin_id": origin_id,
            "categories": ["ats"],
        }
        body |= {"integration": integration} if integration else {}
        body |= {"language": language} if language in ("en", "de") else {}
        answer = self._ask("link-token", method="POST", json=body, allow=(400,))
        if answer.status == 400:
            full = b"maximum number of test accounts" in answer.body.lower()
            raise UnexpectedAnswer(FULL if full else N_("Merge.dev does not begin to link this ATS (400)."))
        page = answer.json()
        return LinkToken(due(answer, page.get("link_token")), said(page.get("integration_name")))

    def exchange(self, public_token: str) -> Exchanged:
        """`GET /account-token/{public_token}`: once, and within about ten minutes after Merge Link gave it.

        Raises `CredentialsRejected` afterwards. https://docs.merge.dev/get-started/link
        """
        if not re.fullmatch(r"[\w~-][\w.~=-]{7,499}", public_token, re.ASCII):  # it becomes a part of the address
            raise CredentialsRejected(USED)
        answer = self._ask(f"account-token/{public_token}", allow=(400, 404))
        if answer.status in (400, 404):
            raise CredentialsRejected(USED)
        page = answer.json()
        kind = page["integration"] if isinstance(page.get("integration"), dict) else {}
        token, id = due(answer, page.get("account_token")), due(answer, page.get("id"))
        return Exchanged(token, id, said(kind.get("name")), said(kind.get("slug")))

    def account_details(self, account_token: str) -> MergeAccount:
        """`GET /account-details`, whatever its status is. https://docs.merge.dev/ats/account-details/"""
        answer = self._ask("account-details", account_token)
        page = answer.json()
        names = ("integration", "integration_slug", "category", "end_user_origin_id", "end_user_organization_name")
        return MergeAccount(due(answer, page.get("id")), *(said(page.get(n)) for n in (*names, "status")))

    def delete_account(self, account_token: str) -> bool:
        """`POST /delete-account`; false where merge.dev no longer knew it. https://docs.merge.dev/ats/delete-account/"""
        try:
            return self._ask("delete-account", account_token, method="POST", allow=(404,)).status != 404
        except CredentialsRejected:
            return False

    def _ask(
        self, path: str, token: str = "", method: str = "GET", allow: tuple[int, ...] = (), **options: Any
    ) -> Answer:
        key, base = self.config.get("merge_api_key"), self.config["merge_base_url"].rstrip("/")
        if not key or not base.startswith("https://"):
            raise UnexpectedAnswer(UNSET)
        headers = {"Authorization": f"Bearer {key}"} | ({"X-Account-Token": token} if token else {})
        answer = self.http.ask(method, f"{base}/ats/v1/{path}", headers=headers, allow=(401, 402, *allow), **options)
        if answer.status == 401:
            raise self._refused(f"{base}/ats/v1/account-details", key, bool(token))
        if answer.status == 402:
            raise UnexpectedAnswer(PAY)
        return answer

    def _refused(self, address: str, key: str, with_token: bool) -> ConnectorError:
        """Whose fault a 401 is: asked without the account token, merge.dev refuses once more only for a wrong key.

        Any other status means the token is wrong; so does a refusal without a word, which proves nothing of the key.
        """
        if with_token:
            headers, others = {"Authorization": f"Bearer {key}"}, (400, 401, 402, 403, 404)
            answer = self.http.get(address, headers=headers, allow=others)
            if answer.status != 401 or answer.body.strip() in (b"", b"{}"):
                return CredentialsRejected(N_("Merge.dev does not accept this token: link the account again."))
        return UnexpectedAnswer(WRONG_KEY)


class Merge(Connector, MergeLink):
    """A linked account at merge.dev, by its account token."""

    slug = "merge"
    ats = MERGE
    way_in = N_("By merge.dev")
    about = N_("Reads what merge.dev last read from the ATS, mostly once a day. Needs a merge.dev key of the operator.")
    settings = ("merge_api_key", "merge_base_url")
    linked_elsewhere = True
    fields = (
        Field(
            "account_token",
            N_("Account token"),
            N_("In merge.dev: Linked Accounts › the account › Account token."),
            example="kX3vB7nQ2mZ8cR5tW1yPdL4sF6hJ9aG0",
            pattern=r"[!-~]{8,500}",
            secret=True,
        ),
        Field(
            "linked_account_id",
            N_("Linked account ID"),
            N_("In merge.dev: Linked Accounts › the account › ID. If given, it is held against the token."),
            example="e59b1821-f85c-4e28-a6b3-1804156f3563",
            pattern=r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
            required=False,
            lower=True,
        ),
    )
    hosts = ("{merge_base_url}",)
    shown_as = "merge.dev/{linked_account_id}"
    scopes = ("Job", "JobPosting", "Department", "Office")
    limits = LIMITS
    quirks = (
        N_("The kind of employment and pay are not shown: merge.dev does not have them."),
        N_("Merge.dev does not say when a job was published; the day it was created in the ATS stands for it."),
        N_("Where the ATS has postings, a job without a published one is not shown; nor is one without any status."),
        N_("Few ATSs tell merge.dev the addresses of jobs, that a job is confidential, or that it was deleted."),
    )
    revoke = N_("In merge.dev: Linked Accounts, delete the account; then delete merge.dev's access in the ATS.")

    def __init__(self, config: Mapping[str, str], http: requests.Session | None = None) -> None:
        super().__init__(config, http)
        account = str(hash(self.config["account_token"]))  # all accounts have one host, but each has its own limit
        self.http.ats, self.http.dialling.paced = NAME, PACES.setdefault((*self.http.hosts, account), Pace())

    @classmethod
    def check(cls, config: Mapping[str, str]) -> dict[str, str]:
        """As everywhere; without a `merge_base_url` the one in the United States is meant."""
        return {"merge_base_url": BASE_URL, **super().check(config)}

    def forget(self) -> None:
        """Delete the account at merge.dev as well."""
        self.delete_account(self.config["account_token"])

    def account(self) -> RemoteAccount:
        """The linked account, named after the organisation and the ATS."""
        found = self._account()
        ats = found.integration or ""
        name = f"{found.organisation} ({ats})" if found.organisation and ats else found.organisation or ats
        return RemoteAccount(found.id, name or None, notes=(UNSAID,) if ats in rows_of.NO_STATUS.split("|") else ())

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition | Unchanged]:
        """The whole list, or what was modified since the newest version that is known and all others unchanged."""
        self._lists: dict[str, dict[str, Row]] = {}
        self._posts: bool | None = None
        self._account()
        self._ready()
        versions = [moment for version in known.values() if (moment := text.moment(version))]
        rows = self._modified(known, max(versions) - OVERLAP) if versions else None
        told = set()
        for row in self._open() if rows is None else rows:
            told.add(row.get("id"))
            self.listed += 1
            if position := self._position(row):
                yield position
        for id in known if rows is not None else ():
            if id not in told:
                self.listed += 1
                yield Unchanged(id)

    def _account(self) -> MergeAccount:
        """The account, where it can be read: its old data stays readable when it has to be linked again."""
        found, given = self.account_details(self.config["account_token"]), self.config.get("linked_account_id")
        if given and given != found.id.lower():
            raise AccountNotFound(N_("This ID and this token do not belong to the same merge.dev account."))
        if found.category and found.category.lower() != "ats":
            raise AccountNotFound(N_("This merge.dev account is not one of an ATS."))
        if found.status == "RELINK_NEEDED":
            raise CredentialsRejected(LOST)
        if found.status == "INCOMPLETE":
            raise PermissionMissing(N_("Linking was not finished at merge.dev: some details are missing or not right."))
        return found

    def _ready(self) -> None:
        """Raise while Merge reads the ATS for the first time: its lists are not whole before that has ended."""
        for row in self._rows("sync-status", True):
            jobs, state = row.get("model_id") in ("ats.Job", "ats.JobPosting"), row.get("status")
            if jobs and state == "DISABLED":
                raise PermissionMissing(N_("At merge.dev, this account needs the scopes Job and JobPosting."))
            if jobs and row.get("is_initial_sync") is True and state in ("SYNCING", "FAILED"):
                raise TemporarilyUnavailable(FIRST, 60.0 if state == "SYNCING" else None)

    def _rows(self, path: str, optional: bool = False, /, **params: str) -> Iterator[Row]:
        """All rows of a list. `next` is an opaque cursor, no address; all other parameters stay as they were.

        `optional`: 404 is an ATS that has no such thing. https://docs.merge.dev/basics/pagination
        """
        seen: set[str] = set()
        query = {"page_size": "100", **params}
        while True:
            gone = (400, 404) if seen else (404,) if optional else ()
            answer = self._ask(f"{path}?{urlencode(query)}", self.config["account_token"], allow=gone)
            if answer.status in gone and seen:
                raise TemporarilyUnavailable(STALE)
            if answer.status in gone:
                return
            page = answer.json()
            for row in need(NAME, page, "results"):
                if not isinstance(row, dict):
                    raise answer.unexpected()
                yield row
            cursor = page.get("next")
            if not cursor:
                return
            if cursor in seen or len(seen) >= PAGES:
                raise UnexpectedAnswer(N_("The pages of %(ats)s do not come to an end."), ats=NAME)
            seen.add(cursor)
            query["cursor"] = cursor

    def _open(self) -> Iterator[Row]:
        """Jobs that are open. Where none is, an ATS without any status may be behind it: then all jobs."""
        rows = self._rows("jobs", status="OPEN", expand=EXPAND)
        some = list(islice(rows, 1))
        if not some:
            rows = self._rows("jobs", expand=EXPAND)
            some = list(islice(rows, 100))
            if any(row.get("status") for row in some):
                return
        yield from some
        yield from rows

    def _modified(self, known: dict[str, str], since: datetime) -> list[Row] | None:
        """Jobs modified or deleted since; `None` where a posting of another job was, so that all are read.

        A closed job that was not shown is left out, as it is from the list of open ones.
        """
        delta = {"modified_after": f"{since:%Y-%m-%dT%H:%M:%SZ}", "include_deleted_data": "true"}
        jobs = {row.get("id"): row for row in self._rows("jobs", expand=EXPAND, **delta)}
        for posting in self._rows("job-postings", True, **delta):
            if (job := rows_of.job_of(posting)) and job not in jobs:
                return None
        return [r for id, r in jobs.items() if id in known or rows_of.why_not(r) is None]

    def _parts(self, row: Row, name: str) -> list[Row]:
        """The departments, offices or postings of a job; what came as a bare id is looked up in its list."""
        found = []
        for item in row.get(name) or []:
            if isinstance(item, str):
                if name not in self._lists:
                    rows = self._rows(name.replace("_", "-"), True)
                    self._lists[name] = {str(r.get("id")): r for r in rows}
                item = self._lists[name].get(item)
            if isinstance(item, dict) and not item.get("remote_was_deleted"):
                found.append(item)
        return found

    def _position(self, row: Row) -> RemotePosition | None:
        postings = self._parts(row, "job_postings")
        live = rows_of.live_of(row, postings)
        reason = rows_of.why_not(row) or (None if live else rows_of.why_not_advertised(row, postings))
        if not reason and not live:
            if self._posts is None:
                self._posts = next(self._rows("job-postings", True, page_size="1"), None) is not None
            reason = "unlisted" if self._posts else None  # its ATS has postings, and this job has none
        if reason:
            return self.withhold(row.get("id") or "", reason, rows_of.title(row, live))
        return rows_of.position(row, live, postings, self._parts(row, "departments"), self._parts(row, "offices"))


def verify_signature(secrets: Iterable[str], raw_body: bytes, header: str | None) -> bool:
    """Whether `X-Merge-Webhook-Signature` fits the body as it came, by any of the secrets (old and new ones).

    HMAC-SHA256 in base64url, padded or not; a body that is sent again fits again.
    https://docs.merge.dev/basics/webhooks/merge-webhooks
    """
    given, fits = (header or "").strip().rstrip("=").encode("utf-8", "replace"), False
    for secret in filter(None, secrets):
        made = base64.urlsafe_b64encode(hmac.digest(secret.encode(), raw_body, "sha256")).rstrip(b"=")
        fits |= hmac.compare_digest(made, given)
    return fits

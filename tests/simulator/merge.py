"""merge.dev: the ATS API, and Merge Link as far as a server sees it. https://docs.merge.dev/merge-unified/ats

What Merge's public pages leave open, this decides as a Django REST Framework server would: bodies are
`{"detail": "…"}`, and a good key without an account token is answered with 400.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from tests.simulator import northwind
from tests.simulator._account import Ask, Reply, as_json
from tests.simulator._merge_rows import SPACE, STATES, Row, Rows

KEY = "test_merge_key_of_northwind"
TOKEN, ID = "account-token-of-northwind", str(SPACE)
SECRET = "webhook-signature-key-of-northwind"
HOSTS = ("api.merge.dev", "api-eu.merge.dev", "api-ap.merge.dev", "api-sandbox.merge.dev")
INTEGRATIONS = {
    "bamboohr": "BambooHR",
    "greenhouse": "Greenhouse",
    "lever": "Lever",
    "personio-recruiting": "Personio Recruiting",
    "ukg-pro-recruiting": "UKG Pro Recruiting",
    "workable": "Workable",
    "workday": "Workday",
}
REQUESTS, SECONDS = 100, 60.0  # https://docs.merge.dev/merge-unified/ats/merge-api-basics/rate-limits, per account
PUBLIC_TOKEN_SECONDS = 600.0
MODELS = {"jobs": "Job", "job-postings": "JobPosting", "departments": "Department", "offices": "Office"}


@dataclass
class Linked:
    """A linked account. `status`: COMPLETE, INCOMPLETE, RELINK_NEEDED or IDLE."""

    origin_id: str
    organisation: str
    email: str
    slug: str = "workable"
    id: str = field(default_factory=lambda: str(uuid4()))
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    status: str = "COMPLETE"
    category: str = "ats"

    @property
    def integration(self) -> str:
        return INTEGRATIONS[self.slug]


class Merge(Rows):
    """The merge.dev account of Berth's operator, with one ATS behind each of its linked accounts: that of Northwind.

    What tests may set: `linked` (by account token), `key_revoked`, `full` (of test accounts), `page` (the most rows of
    one), `limited`, `sync` (state of each model, and whether it is the first one), and what `Rows` names.
    """

    slug = "merge"

    def __init__(self, limited: bool = True) -> None:
        super().__init__({"merge_api_key": KEY, "account_token": TOKEN, "linked_account_id": ID})
        self.limited, self.page, self.full, self.key_revoked = limited, 100, False, False
        northwind_s = Linked("northwind", northwind.NAME, "ats@northwind.example", id=ID, token=TOKEN)
        self.linked: dict[str, Linked] = {TOKEN: northwind_s}
        self.sync: dict[str, tuple[str, bool]] = dict.fromkeys(MODELS.values(), ("DONE", False))
        self._links: dict[str, Row] = {}
        self._public: dict[str, tuple[str, float]] = {}
        self._generation = 0
        self._sent: dict[str, deque[float]] = {}
        self._last: tuple[bytes, dict[str, str]] | None = None

    # What happens in the ATS and at merge.dev ------------------------------------------------------------------------

    def complete(self, link_token: str, integration: str | None = None) -> str:
        """Go through Merge Link to its end: the public token that its `onSuccess` is given. Uses the link token up."""
        wanted = self._links.pop(link_token)
        account = self._of_origin(wanted["end_user_origin_id"])
        if account is None:
            slug = wanted.get("integration") or integration or "workable"
            account = Linked(
                wanted["end_user_origin_id"],
                wanted["end_user_organization_name"],
                wanted["end_user_email_address"],
                slug,
            )
            self.linked[account.token] = account
        account.status = "COMPLETE"
        public_token = secrets.token_urlsafe(24)
        self._public[public_token] = account.token, time.monotonic()
        return public_token

    def forget_cursors(self) -> None:
        """Make every cursor that was given out stale."""
        self._generation += 1

    def expire_public_tokens(self) -> None:
        self._public = {token: (account, -PUBLIC_TOKEN_SECONDS) for token, (account, _at) in self._public.items()}

    def webhook(
        self,
        event: str = "LinkedAccount.sync_completed",
        kind: str = "right",
        data: Row | None = None,
        token: str = TOKEN,
    ) -> tuple[bytes, dict[str, str]]:
        """Body and headers of a webhook. `kind`: right, padded, wrong (another secret) or replayed."""
        if kind == "replayed" and self._last:
            return self._last
        account = self.linked[token]
        hook = {"id": str(uuid4()), "event": event, "target": "https://berth.example.com/webhooks/merge"}
        about = {**self._details(account), "webhook_listener_url": hook["target"]}
        if data is None and event == "LinkedAccount.sync_completed":
            data = {
                "is_initial_sync": False,
                "integration_name": account.integration,
                "integration_id": account.slug,
                "sync_status": {row["model_id"]: _brief(row) for row in self._sync()},
            }
        elif data is None and event == "LinkedAccount.linked":
            data = {**about, "account_token": account.token, "is_relink": False}
        body = json.dumps({"hook": hook, "linked_account": about, "data": data or {}}).encode()
        signature = sign(body, SECRET + "x" if kind == "wrong" else SECRET, padded=kind == "padded")
        headers = {"Content-Type": "application/json", "X-Merge-Webhook-Signature": signature}
        self._last = body, headers
        return self._last

    # The server ------------------------------------------------------------------------------------------------------

    def answers_for(self, host: str) -> bool:
        return host in HOSTS

    def answer(self, ask: Ask) -> Reply | None:
        if not ask.path.startswith("/api/ats/v1/"):
            return _error(404, "Not found.")
        if ask.headers.get("Authorization") != f"Bearer {KEY}" or self.key_revoked:
            return _error(401, "Invalid API key.")
        match ask.method, ask.path.removeprefix("/api/ats/v1/").split("/"):
            case "POST", ["link-token"]:
                return self._link_token(ask)
            case "GET", ["account-token", public_token]:
                return self._exchange(public_token)
            case method, what:
                return self._of_account(ask, method, what)

    def _of_account(self, ask: Ask, method: str, what: list[str]) -> Reply:
        token = ask.headers.get("X-Account-Token")
        if token is None:
            return _error(400, "An X-Account-Token header is needed.")
        if token not in self.linked or self.revoked:
            return _error(401, "Invalid account token.")
        if wait := self._count(token):
            return as_json({"detail": "Request was throttled."}, 429, {"Retry-After": str(wait)})
        match method, what:
            case "POST", ["delete-account"]:
                del self.linked[token]
                return 200, {"Content-Type": "application/json"}, b""
            case "GET", ["account-details"]:
                return as_json(self._details(self.linked[token]))
            case "GET", ["sync-status"]:
                return self._list(ask, self._sync())
            case "GET", [path] if path in MODELS and (path != "job-postings" or self.has_postings):
                return self._filtered(ask, path)
            case "GET", [path, id] if path in MODELS:
                rows = [r for r in self.rows(path, _expand(ask)) if r["id"] == id]
                return as_json(rows[0]) if rows else _error(404, "Not found.")
        return _error(404, "Not found.")

    def _count(self, token: str) -> int:
        """Seconds to wait before the next request, 0 where it may go."""
        now, sent = time.monotonic(), self._sent.setdefault(token, deque())
        while sent and sent[0] <= now - SECONDS:
            sent.popleft()
        if self.limited and len(sent) >= REQUESTS:
            return int(sent[0] + SECONDS - now) + 1
        sent.append(now)
        return 0

    def _of_origin(self, origin_id: str) -> Linked | None:
        return next((a for a in self.linked.values() if a.origin_id == origin_id), None)

    def _link_token(self, ask: Ask) -> Reply:
        wanted = json.loads(ask.body)
        for name in ("end_user_email_address", "end_user_organization_name", "end_user_origin_id"):
            if not isinstance(wanted.get(name), str) or not 1 <= len(wanted[name]) <= 100:
                return as_json({name: ["Ensure this field has between 1 and 100 characters."]}, 400)
        if wanted.get("categories") != ["ats"] or wanted.get("integration") not in (None, *INTEGRATIONS):
            return as_json({"integration": ["This is not an integration of these categories."]}, 400)
        account = self._of_origin(wanted["end_user_origin_id"])
        if self.full and account is None:
            sentence = "Organization has already reached their maximum number of test accounts."
            return as_json({"non_field_errors": [sentence]}, 400)
        token = secrets.token_urlsafe(24)
        self._links[token] = wanted
        return as_json({"link_token": token, "integration_name": account.integration if account else None})

    def _exchange(self, public_token: str) -> Reply:
        token, since = self._public.pop(public_token, ("", 0.0))
        account = self.linked.get(token)
        if account is None or time.monotonic() - since > PUBLIC_TOKEN_SECONDS:
            return _error(400, "Public token is invalid, expired or was used already.")
        integration = {"name": account.integration, "slug": account.slug, "categories": ["ats"], "color": "#0B3C5D"}
        return as_json({"account_token": token, "integration": integration, "id": account.id})

    def _details(self, account: Linked) -> Row:
        return {
            "id": account.id,
            "integration": account.integration,
            "integration_slug": account.slug,
            "category": account.category,
            "end_user_origin_id": account.origin_id,
            "end_user_organization_name": account.organisation,
            "end_user_email_address": account.email,
            "status": account.status,
            "webhook_listener_url": "https://api.merge.dev/api/integrations/webhook-listener/northwind",
            "is_duplicate": None,
            "account_type": "TEST",
        }

    def _sync(self) -> list[Row]:
        at = f"{self.modified:%Y-%m-%dT%H:%M:%SZ}"
        return [
            {
                "model_name": name,
                "model_id": f"ats.{name}",
                "status": status,
                "is_initial_sync": initial,
                "last_sync_result": None if initial else "DONE",
                "last_sync_finished": None if initial else at,
                "data_fresh_as_of": None if initial else at,
            }
            for name, (status, initial) in self.sync.items()
        ]

    def _filtered(self, ask: Ask, path: str) -> Reply:
        query, rows = ask.query, self.rows(path, _expand(ask))
        if query.get("include_deleted_data") != "true":
            rows = [r for r in rows if not r["remote_was_deleted"]]
        if status := query.get("status"):
            if status not in (*STATES.values(), "ARCHIVED", "PENDING", "PUBLISHED", "INTERNAL"):
                return as_json({"status": [f"Select a valid choice. {status} is not one of them."]}, 400)
            rows = [r for r in rows if r.get("status") == status]
        if after := query.get("modified_after"):
            rows = [r for r in rows if datetime.fromisoformat(r["modified_at"]) >= datetime.fromisoformat(after)]
        return self._list(ask, rows)

    def _list(self, ask: Ask, rows: list[Row]) -> Reply:
        asked = {k: v for k, v in ask.query.items() if k not in ("cursor", "page_size")}
        of = hashlib.sha256(json.dumps([self._generation, ask.path, asked], sort_keys=True).encode()).hexdigest()[:12]
        begin, cursor = 0, ask.query.get("cursor")
        if cursor:
            try:
                begin, given = json.loads(base64.urlsafe_b64decode(cursor))
            except (ValueError, TypeError):
                given = ""
            if given != of:
                return _error(400, "Invalid cursor.")
        size = min(int(ask.query.get("page_size", "30")), 100, self.page)
        end = begin + size
        following = base64.urlsafe_b64encode(json.dumps([end, of]).encode()).decode() if end < len(rows) else None
        return as_json({"next": following, "previous": None, "results": rows[begin:end]})


def sign(body: bytes, secret: str = SECRET, padded: bool = False) -> str:
    """The signature of a webhook: HMAC-SHA256 in base64url."""
    made = base64.urlsafe_b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()
    return made if padded else made.rstrip("=")


def _error(status: int, detail: str) -> Reply:
    return as_json({"detail": detail}, status)


def _expand(ask: Ask) -> set[str]:
    return set(ask.query.get("expand", "").split(","))


def _brief(row: Row) -> Row:
    return {k: row[k] for k in ("last_sync_finished", "last_sync_result", "data_fresh_as_of")}

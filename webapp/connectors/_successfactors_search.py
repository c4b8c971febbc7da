"""SAP SuccessFactors: the search of a newer career site, as the site itself asks it."""

from __future__ import annotations

import html
import re

from webapp.connectors._errors import UnexpectedAnswer
from webapp.connectors._http import PAGES, Client, need
from webapp.connectors._pages import HTML, markup
from webapp.connectors._rows import Row, part, said
from webapp.i18n import N_

REDIRECTS, GONE = (301, 302, 303, 307, 308), (404, 405, 410)
LOCALE = re.compile(r"\blocale=([a-z]{2,3}_[A-Z]{2})\b")
#: The search does not come in one order: its pages overlap, and what slipped through is seen the next time.
ROUNDS = 3


class Search:
    """All rows of the search of one host: a position comes in the locales only that it is published in."""

    def __init__(self, http: Client, host: str) -> None:
        self.http, self.host = http, host

    def rows(self, whole: bool) -> dict[str, list[Row]] | None:
        """Locale → rows, `None` where the career site has no search; not `whole`: the first page of each locale."""
        answer = self.http.get(f"https://{self.host}/search/", headers=HTML, allow=(*REDIRECTS, *GONE))
        named = LOCALE.findall(html.unescape(markup(answer))) if answer.status == 200 else []
        found: dict[str, list[Row]] = {}
        for locale in dict.fromkeys(named or ("en_US", "de_DE")):
            rows = self._rows(locale, whole)
            if rows is None and found:
                raise UnexpectedAnswer(N_("The pages of %(ats)s do not come to an end."), ats=self.http.ats)
            if rows is None:
                return None
            found[locale] = rows
        return found

    def _rows(self, locale: str, whole: bool) -> list[Row] | None:
        """The rows of one locale, in the pages that the search has: ten each."""
        rows: dict[str, Row] = {}
        total = 0
        for _round in range(ROUNDS):
            for number in range(PAGES):
                some = self._page(locale, number)
                if some is None:
                    return None
                fresh, total = some
                rows |= {(said(row, "id") or "").strip(): row for row in fresh}
                if not whole or not fresh or len(rows) >= total:
                    break
            if not whole or len(rows) >= total:
                break
        if whole and len(rows) < total:
            few = N_("%(ats)s declared %(total)s positions, but sent %(sent)s.")
            raise UnexpectedAnswer(few, ats=self.http.ats, total=total, sent=len(rows))
        return list(rows.values())

    def _page(self, locale: str, number: int) -> tuple[list[Row], int] | None:
        asked = {"keywords": "", "locale": locale, "location": "", "pageNumber": number, "sortBy": "recent"}
        url = f"https://{self.host}/services/recruiting/v1/jobs"
        answer = self.http.post(url, json=asked, allow=(*REDIRECTS, *GONE))
        if answer.status in (*REDIRECTS, *GONE) or answer.body.lstrip()[:1] == b"<":
            return None
        data = answer.json()
        total = said(data, "totalJobs") or ""
        # Behind the last page, and where there are no positions, some sites leave the list out.
        none = data.get("jobSearchResult") is None and (number or total == "0")
        rows = [] if none else need(self.http.ats, data, "jobSearchResult")
        inner = [part(row, "response") for row in rows]
        if not total.isdecimal() or not all((said(row, "id") or "").strip() for row in inner):
            raise answer.unexpected()
        return inner, int(total)

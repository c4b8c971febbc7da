"""Gem. Facts: https://help.gem.com/databases/gem-help-center/the-job-board-api (the public Job Board API)."""

from __future__ import annotations

from collections.abc import Iterator

from webapp.connectors import _text as text
from webapp.connectors._contract import ATS, Connector, Field
from webapp.connectors._http import Limits
from webapp.connectors._places import places, work_model
from webapp.connectors._records import RemoteAccount, RemotePosition
from webapp.connectors._rows import Row, parts, said
from webapp.i18n import N_

GEM = ATS("gem", "Gem", website="https://www.gem.com")


class GemCareers(Connector):
    """The live posts of a job board, in one answer."""

    slug = "gem-careers"
    ats = GEM
    way_in = N_("By the job board")
    about = N_("Needs no credentials. Reads what everybody can see; without pay, which Gem says in the text only.")
    fields = (
        Field(
            "slug",
            N_("Board name"),
            N_("The part behind jobs.gem.com/ in the address of your job board. You can paste the whole address."),
            example="northwind",
            pattern=r"(?!(?:api|embed)$)[A-Za-z0-9][A-Za-z0-9_.-]{0,79}",
        ),
    )
    hosts = ("api.gem.com",)
    addresses = (
        r"https://jobs\.gem\.com/(?P<slug>[\w.-]+)",
        r"https://api\.gem\.com/job_board/v0/(?P<slug>[\w.-]+)",
    )
    shown_as = "jobs.gem.com/{slug}"
    limits = Limits(mib=32)  # one answer holds every post with its whole text, twice
    quirks = (N_("All offices of a post are shown as its places, and the post's own place only where it has none."),)
    revoke = N_("Nothing to revoke: the job board is public.")

    def account(self) -> RemoteAccount:
        """Whether the board is there and how many posts it shows; Gem does not say whose it is."""
        return RemoteAccount(self.config["slug"], None, len(self._posts()))

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition]:
        """Everything is in one answer; there are no pages."""
        posts = self._posts()
        self.listed = len(posts)
        for post in posts:
            yield _position(post)

    def _posts(self) -> list[Row]:
        answer = self.http.get(f"https://api.gem.com/job_board/v0/{self.config['slug']}/job_posts/")
        return answer.rows(answer.json(list))


def _position(post: Row) -> RemotePosition:
    place = said(post, "location", "name") or said(post, "location")
    offices = [said(office, "location", "name") or said(office, "name") for office in parts(post, "offices")]
    body = text.unescape(said(post, "content")) or said(post, "content_plain")
    return RemotePosition(
        id=said(post, "id") or "",
        title=said(post, "title") or "",
        url=said(post, "absolute_url"),
        department=next((name for each in parts(post, "departments") if (name := said(each, "name"))), None),
        locations=places(*offices) or places(place),
        workplace=text.workplace(said(post, "location_type")) or work_model(place),
        employment_type=text.employment_type(said(post, "employment_type")),
        description_html=text.lines(body) if body else None,
        posted_at=text.moment(said(post, "first_published_at")),
        updated_at=text.moment(said(post, "updated_at")),
        requisition=said(post, "requisition_id"),
    )

"""Career sites of iCIMS (Jibe): the fixture plays a classic portal, this the JSON on a domain of one's own."""

from __future__ import annotations

import copy

import pytest

from tests.connectors.replay import Replay, plain
from webapp.connectors import CONNECTORS, RemotePosition, Unchanged, UnexpectedAnswer, look
from webapp.connectors._icims_portal import coded, split
from webapp.connectors._records import Location

HOST = "https://careers.example.com"


def row(slug: str, **more: object) -> dict[str, object]:
    said = {
        "slug": slug, "language": "en-us", "languages": ["en-us"], "req_id": slug, "title": f"Position {slug}",
        "description": "<p>About it.</p>", "location_name": "", "street_address": "", "city": "", "state": "",
        "country": "", "country_code": "", "postal_code": "", "location_type": "LAT_LNG", "latitude": 0, "longitude": 0,
        "categories": [], "tags1": [], "promotion_value": 0, "salary_currency": "USD", "salary_value": 0,
        "salary_min_value": 0, "salary_max_value": 0, "employment_type": "", "hiring_organization": "Northwind Traders",
        "posted_date": "2026-11-02T17:19:00+0000", "posting_expiry_date": None,
        "apply_url": f"https://careers-northwind.icims.com/jobs/{slug}/login", "internal": False, "external": False,
        "searchable": True, "applyable": True, "ats_code": "icims", "meta_data": {"icims": {"uuid": slug}},
        "update_date": "2026-11-03T21:27:30+0000", "create_date": "2026-11-02T17:19:51+0000", "category": [],
        "full_location": "", "short_location": "", "multipleLocations": False,
    }  # fmt: skip
    return {"data": {**said, **more}}


FIRST = [
    row(
        "29397",
        title="Engineering Manager",
        description="<p>Lead us.</p><p>Responsibilities</p><ul><li>Guide &amp; hire.</li></ul>",
        responsibilities="Guide & hire.",
        qualifications="&lt;p&gt;Eight years.&lt;/p&gt;",
        city="Vancouver",
        state="British Columbia",
        country="Canada",
        country_code="CA",
        location_name="1038 Homer Street",
        full_location="Vancouver, Canada",
        additional_locations=[{"city": "Remote", "state": None, "country": "United States", "country_code": ""}],
        categories=[{"name": "Software Engineering"}, {"name": "Management"}],
        tags1=["Full Time"],
        tags2=["Hybrid"],
        employment_type="FULL_TIME",
        salary_min_value=174200,
        salary_max_value=230880.0,
        salary_currency="CAD",
        salary_range="$174,200.00 - $230,880.00 / Annually",
        posting_expiry_date="2026-10-27T18:30:00+0000",
        meta_data={"canonical_url": f"{HOST}/jobs/29397?lang=en-us"},
    ),
    row("29398", title="Clerk", internal=True, employment_type="PART_TIME", full_location="Remote (US), United States"),
]
SECOND = [
    row("29398", title="Commis", language="fr-ca", description="<p>À propos.</p>"),
    row("29399", title="Not to be found", searchable=False),
    row("29400", update_date=None),
]
POSITIONS = [
    {
        "id": "29397",
        "title": "Engineering Manager",
        "url": f"{HOST}/jobs/29397?lang=en-us",
        "apply_url": "https://careers-northwind.icims.com/jobs/29397/login",
        "locations": [{"city": "Vancouver", "region": "British Columbia", "country": "CA"}, {"country": "US"}],
        "workplace": "hybrid",
        "employment_type": "full_time",
        "description_html": "<p>Lead us.</p><p>Responsibilities</p><ul><li>Guide &amp; hire.</li></ul>\n"
        "<h3>Qualifications</h3><p>Eight years.</p>",
        "posted_at": "2026-11-02T17:19:00+00:00",
        "updated_at": "2026-11-03T21:27:30+00:00",
        "closes_at": "2026-10-27T18:30:00+00:00",
        "language": "en-us",
        "requisition": "29397",
        "salary": {"min": 174200.0, "max": 230880.0, "currency": "CAD", "interval": "year"},
        "visibility": "public",
        "company": "Northwind Traders",
        "category": "Software Engineering",
        "version": "2026-11-03T21:27:30+0000",
    },
    {
        "id": "29398",
        "title": "Clerk",
        "url": f"{HOST}/jobs/29398?lang=en-us",
        "apply_url": "https://careers-northwind.icims.com/jobs/29398/login",
        "locations": [{"name": "US, United States", "country": "US"}],
        "workplace": "remote",
        "employment_type": "part_time",
        "description_html": "<p>About it.</p>",
        "posted_at": "2026-11-02T17:19:00+00:00",
        "updated_at": "2026-11-03T21:27:30+00:00",
        "language": "en-us",
        "requisition": "29398",
        "visibility": "internal",
        "company": "Northwind Traders",
        "translations": [
            {
                "language": "fr-ca",
                "title": "Commis",
                "description_html": "<p>À propos.</p>",
                "url": f"{HOST}/jobs/29398?lang=fr-ca",
                "apply_url": "https://careers-northwind.icims.com/jobs/29398/login",
            }
        ],
        "version": "2026-11-03T21:27:30+0000 2026-11-03T21:27:30+0000",
    },
]


def site(first: object = FIRST, second: object = SECOND, total: object = 5):
    answers = [
        {"request": f"GET {HOST}/api/jobs", "query": {"page": str(n), "limit": "100"}, "json": page}
        for n, page in ((1, {"jobs": first, "totalCount": total}), (2, {"jobs": second, "totalCount": total}))
    ]
    return CONNECTORS["icims-careers"]({"host": f"{HOST}/jobs?page=1"}, Replay(answers).session)


def test_a_career_site_is_read_exactly():
    connector = site()
    found = list(connector.positions())
    assert [plain(p) for p in found[:2]] == POSITIONS
    assert [p.id for p in found] == ["29397", "29398", "29400"]
    assert [(w.id, w.reason) for w in connector.withheld] == [("29399", "unlisted")]
    assert connector.listed == 4


def test_what_has_not_changed_is_not_built_again():
    known = {p.id: p.version for p in site().positions() if isinstance(p, RemotePosition) and p.version}
    assert [type(p) for p in site().positions(known)] == [Unchanged, Unchanged, RemotePosition]


def test_the_account_is_named():
    account = site().test()
    assert (account.id, account.name, account.open_positions) == ("careers.example.com", "Northwind Traders", 5)


@pytest.mark.parametrize(
    ("first", "second", "total"),
    [
        (FIRST, [], 5),
        (FIRST, SECOND, None),
        (None, SECOND, 5),
        (["x"], SECOND, 5),
        (FIRST, FIRST, 4),
    ],
)
def test_a_list_that_is_not_whole_is_an_error(first, second, total):
    with pytest.raises(UnexpectedAnswer):
        list(site(copy.deepcopy(first), second, total).positions())


def test_a_site_without_positions_has_none():
    assert list(site([], [], 0).positions()) == []


def test_a_page_of_a_career_site_is_recognised():
    page = {"request": f"GET {HOST}/jobs", "text": '<html><script src="https://app.jibecdn.com/prod/a.js"></script>'}
    assert look(f"{HOST}/jobs", Replay([page]).session)[0] == ("icims-careers", f"{HOST}/jobs")
    assert CONNECTORS["icims-careers"].at(f"{HOST}/jobs") == {"host": "careers.example.com"}


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("US-NC-Winston-Salem", [Location(city="Winston-Salem", region="NC", country="US")]),
        ("US-Louisiana-Lake Charles", [Location(city="Lake Charles", region="Louisiana", country="US")]),
        (
            "US-VA-Remote | US-TX | US",
            [Location(region="VA", country="US"), Location(region="TX", country="US"), Location(country="US")],
        ),
        ("TW-Hsinchu | DE-München", [Location(city="Hsinchu", country="TW"), Location(city="München", country="DE")]),
        ("CA-ON-Toronto", [Location(city="Toronto", region="ON", country="CA")]),
    ],
)
def test_places_of_a_portal(said, found):
    assert list(coded(said)) == found


def test_a_place_in_parts():
    assert split({"city": "Irvine", "state": "CA", "country": "United States"}) == (
        Location(None, "Irvine", "CA", "US"),
    )
    assert split({"city": "Remote", "country": "Taiwan"}) == (Location(country="TW"),)
    assert split({}) == ()

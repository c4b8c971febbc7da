"""onlyfy one: the newer design of its careers page."""

from __future__ import annotations

from tests.connectors.replay import Replay
from webapp.connectors import CONNECTORS

HOST = "https://northwind.onlyfy.jobs"


def listed(of: int, *cards: tuple[str, str, str]) -> str:
    rows = "".join(
        f'<li><a data-testid="job-card" aria-label="{title}" href="/de/job/{token}?career_page_search=x">'
        f'<h3 data-testid="job-title">{title}</h3><div data-testid="job-more-info">{told}</div></a></li>'
        for token, title, told in cards
    )
    count = f'<span data-testid="pagination-items-count"><b>1-{len(cards)}</b> von <b>{of} Stellen</b></span>'
    return f'<html lang="de"><body><ul data-testid="jobs-list">{rows}</ul>{count}</body></html>'


def test_all_pages_are_read_although_none_links_to_the_next():
    first = listed(
        3,
        ("aaaa1", "Nachtbäcker", "Graz, Österreich | Teilzeit / Vollzeit | 18.05.2026 | Backstube"),
        ("aaaa2", "Koch", "Graz, Österreich | Teilzeit | 12.05.2026"),
    )
    answers = [
        {"request": f"GET {HOST}/", "status": 302, "answer_headers": {"Location": "/de"}, "text": ""},
        {"request": f"GET {HOST}/de", "query": {"page": "2"}, "text": listed(3, ("aaaa3", "Fahrer", "Wien | Minijob"))},
        {"request": f"GET {HOST}/de", "text": first},
    ]
    for token in ("aaaa1", "aaaa2", "aaaa3"):
        text = "<html><body></body></html>"
        answers += [
            {"request": f"GET {HOST}/{path}", "text": text} for path in (f"de/job/{token}", f"job/show/{token}/full")
        ]
    connector = CONNECTORS["onlyfy-careers"]({"subdomain": "northwind"}, Replay(answers).session)
    found = [(p.id, p.department, p.employment_type) for p in connector.positions()]
    assert found == [("aaaa1", "Backstube", "full_time"), ("aaaa2", None, "part_time"), ("aaaa3", None, "part_time")]

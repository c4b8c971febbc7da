"""rexx: the lists that the fixture does not play."""

from __future__ import annotations

import json

from tests.connectors.replay import Replay, plain
from webapp.connectors import CONNECTORS

JOBS = "https://jobs.example.com"
LIST = f"""<html><body><div class="real_table_container"><table><tr><th>Title</th><th>Place</th></tr>
<tr class="alternative_0"><td><a href="{JOBS}/Berater-de-j9.html">Berater</a></td><td>Essen</td></tr></table></div>
</body></html>"""


def test_an_older_job_market_is_a_table_and_the_employer_is_no_town():
    address = {"addressLocality": "Northwind AG", "addressRegion": "Uri", "addressCountry": "CH"}
    posting = {
        "@type": "JobPosting",
        "title": "Berater",
        "description": "<p>Sie beraten.</p>",
        "hiringOrganization": {"name": "Northwind AG"},
        "jobLocation": {"address": address},
    }
    page = f'<html><body><script type="application/ld+json">{json.dumps(posting)}</script></body></html>'
    answers = [
        {"request": f"GET {JOBS}/stellenangebote.html", "text": LIST},
        {"request": f"GET {JOBS}/Berater-de-j9.html", "text": page},
    ]
    connector = CONNECTORS["rexx-careers"]({"host": "jobs.example.com"}, Replay(answers).session)
    (position,) = connector.positions()
    assert (position.id, position.title) == ("9", "Berater")
    assert plain(position.locations) == [{"name": "Northwind AG", "region": "Uri", "country": "CH"}]

"""10,000 positions with 5 KB of text, read page by page: the memory that it takes beside the idle process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from webapp.config import ROOT

#: MiB beside the idle process.
MOST = 120
SCRIPT = """
import json, re, sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
import requests
from requests.adapters import BaseAdapter
from tests.connectors.replay import parts, respond
from webapp.connectors import CONNECTORS, RemotePosition

slug, many, text = sys.argv[1], 10_000, "<p>" + "Northwind bakes. " * 300 + "</p>"

def lever(query, path):
    first, size = int(query["skip"]), int(query["limit"])
    return [{"id": f"p{n}", "text": f"Baker {n}", "categories": {"location": "Bonn"}, "description": text}
            for n in range(first, min(first + size, many))]

def smartrecruiters(query, path):
    if "offset" not in query:
        id = path.rpartition("/")[2]
        return {"id": id, "active": True, "jobAd": {"sections": {"jobDescription": {"title": "Job", "text": text}}}}
    first = int(query["offset"])
    rows = [{"id": str(n), "name": f"Baker {n}", "refNumber": f"R{n}", "releasedDate": "2026-11-01T00:00:00.000Z",
             "location": {"city": "Bonn", "country": "de"}} for n in range(first, min(first + 100, many))]
    return {"offset": first, "limit": 100, "totalFound": many, "content": rows}

def manatal(query, path):
    page = int(query["page"])
    rows = [{"id": n, "hash": f"h{n}", "position_name": f"Baker {n}", "description": text, "location_display": "Bonn"}
            for n in range(page * 100 - 100, min(page * 100, many))]
    following = None if page * 100 >= many else f"https://{host}{path}?page={page + 1}"
    return {"count": many, "next": following, "results": rows}

class Made(BaseAdapter):
    def send(self, request, **_options):
        global host
        url = urlsplit(request.url)
        host = url.netloc
        query = {k: v[0] for k, v in parse_qs(url.query).items()}
        body = globals()[slug.removesuffix("-careers")](query, url.path)
        return respond(request, 200, json.dumps(body).encode(), {"Content-Type": "application/json"})
    def close(self):
        pass

def peak():
    # Not getrusage: its peak is inherited from the process that started this one.
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024

session = requests.Session()
session.mount("https://", Made())
connector = CONNECTORS[slug](parts()[slug]["config"], session)
idle = peak()
found = [p for p in connector.positions() if isinstance(p, RemotePosition)]
assert len(found) == many and all(len(p.description_html) > 5_000 for p in found)
print(peak() - idle)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc, which Linux has")
@pytest.mark.parametrize("slug", ["lever-careers", "smartrecruiters-careers", "manatal-careers"])
def test_ten_thousand_long_positions_fit_in_little_memory(slug):
    told = subprocess.run(
        [sys.executable, "-c", SCRIPT, slug], cwd=ROOT, capture_output=True, text=True, check=False, timeout=300
    )
    assert told.returncode == 0, told.stderr
    assert int(told.stdout) <= MOST

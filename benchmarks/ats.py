"""An ATS with many positions of 3 to 5 KB of HTML each, over a real socket, in a process of its own."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

SITE = "benchmark"
WORDS = (
    *("plan", "freight", "shift", "team", "store", "fresh", "data", "route", "pallet", "audit"),
    *("harvest", "quality", "night", "vendor", "scale", "crew"),
)
CITIES = ("Berlin", "Hamburg", "Lyon", "Wien", "Leeds", "Porto")


def position(number: int) -> dict[str, object]:
    """A posting as Lever's API sends it."""
    chance = random.Random(number)
    paragraphs = "".join(
        f"<p>{' '.join(chance.choices(WORDS, k=70))}.</p><ul><li>{chance.choice(WORDS)}</li></ul>"
        for _ in range(chance.randint(7, 11))
    )
    city = chance.choice(CITIES)
    return {
        "id": f"00000000-0000-4000-8000-{number:012d}",
        "text": f"{chance.choice(WORDS).title()} {chance.choice(WORDS)} {number}",
        "categories": {"commitment": "Full-time", "department": "Stores", "location": city, "allLocations": [city]},
        "description": paragraphs,
        "lists": [],
        "additional": "",
        "hostedUrl": f"https://jobs.lever.co/{SITE}/{number}",
        "applyUrl": f"https://jobs.lever.co/{SITE}/{number}/apply",
        "createdAt": 1_790_000_000_000 + number,
        "country": "DE",
        "workplaceType": "onsite",
    }


@contextmanager
def serving(count: int) -> Iterator[str]:
    """The address of a process that serves `count` positions."""
    command = [sys.executable, "-m", "benchmarks.ats", str(count)]
    process = subprocess.Popen(command, cwd=Path(__file__).parent.parent, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(10)


def main() -> None:
    pages: dict[tuple[int, int], bytes] = {}
    positions = [position(n) for n in range(int(sys.argv[1]))]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            query = parse_qs(urlsplit(self.path).query)
            skip, limit = int(query.get("skip", ["0"])[0]), int(query.get("limit", ["100"])[0])
            body = pages.get((skip, limit))
            if body is None:
                body = pages[(skip, limit)] = json.dumps(positions[skip : skip + limit]).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()

"""`make bench`: speed as ratios to named anchors in the same run; absolute figures move with the machine.

1. The widget's fragment against a bare Flask route that returns the same bytes, on the same server (granian, one
   process), asked in turn by wrk, medians of interleaved rounds.
2. Positions synced per second: a first reading and one in which nothing changed.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import ats

ROOT = Path(__file__).parent.parent
CONNECTIONS = 32


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m benchmarks")
    options.add_argument("--positions", type=int, default=10_000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--seconds", type=int, default=5)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder, ats.serving(chosen.positions) as url:
        os.environ |= {"BERTH_INSTANCE": folder, "BERTH_SIMULATOR_URL": url, "BERTH_LOG_LEVEL": "ERROR"}
        key = measure_sync(chosen.positions)
        measure_widget(key, chosen.rounds, chosen.seconds)


def measure_sync(count: int) -> str:
    """Print positions per second, first and unchanged; returns the key of a widget that shows them."""
    from flask_migrate import upgrade

    from webapp import create_app
    from webapp.extensions import db
    from webapp.models import LinkedAccount
    from webapp.services import connections, linking, people, sync, widgets
    from webapp.services.events import COMMAND_LINE

    app = create_app()
    with app.app_context():
        upgrade()
        organisation = people.create_organisation("Benchmark", COMMAND_LINE)
        connections.switch(organisation, True, COMMAND_LINE)
        made = connections.create(organisation, "lever", "Benchmark", COMMAND_LINE)
        linking.issue(made.account, "connect", COMMAND_LINE)
        link = linking.newest(made.account)
        assert link is not None
        linking.choose_way_in(link, "lever-careers")
        assert linking.check(link, {"site": ats.SITE}, COMMAND_LINE).passed
        linking.finish(link, False, COMMAND_LINE)
        figures = []
        for expected in (count, 0):
            account = db.session.get_one(LinkedAccount, made.account_id)
            account.read_fully_at = None
            db.session.commit()
            sync.sync_now(made)
            began = time.perf_counter()
            record = sync.run(made.account_id)
            taken = time.perf_counter() - began
            assert record is not None
            assert (record.read, record.added) == (count, expected), (record.outcome, record.read, record.added)
            figures.append(count / taken)
        print(
            f"sync, {count} positions: first {figures[0]:,.0f}/s, unchanged {figures[1]:,.0f}/s,"
            f" unchanged / first {figures[1] / figures[0]:.1f}"
        )
        connections.activate(made, COMMAND_LINE)
        widget = widgets.save(organisation, None, "Benchmark", "Open positions", [made.id], 20, "newest", COMMAND_LINE)
        return widget.key


def measure_widget(key: str, rounds: int, seconds: int) -> None:
    """Print requests per second of ours and of the anchor, and their ratio."""
    if shutil.which("wrk") is None:
        print("widget: wrk is not installed (apt-get install wrk), so the fragment was not measured.")
        return
    with granian("wsgi:app") as ours, granian("benchmarks.anchor:app") as anchor:
        fragment = f"{ours}/widgets/{key}/positions"
        body = urllib.request.urlopen(fragment).read()
        urllib.request.urlopen(urllib.request.Request(f"{anchor}/body", data=body, method="POST"))
        found: dict[str, list[float]] = {"ours": [], "bare Flask route": []}
        for _round in range(rounds):
            found["ours"].append(wrk(fragment, seconds))
            found["bare Flask route"].append(wrk(f"{anchor}/", seconds))
        medians = {name: statistics.median(values) for name, values in found.items()}
        for name, value in medians.items():
            print(f"widget fragment ({len(body):,} bytes), {name}: {value:,.0f} requests/s")
        print(f"widget fragment / bare Flask route: {medians['ours'] / medians['bare Flask route']:.2f}")


@contextmanager
def granian(target: str) -> Iterator[str]:
    """One granian process on one core, and its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        str(Path(sys.executable).parent / "granian"), "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", "1", "--no-ws", "--log-level", "error", target,
    ]  # fmt: skip
    pin = ["taskset", "-c", "0"] if shutil.which("taskset") and (os.cpu_count() or 1) > 1 else []
    process = subprocess.Popen([*pin, *command], cwd=ROOT)
    try:
        for _attempt in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), 0.1).close()
                break
            except OSError:
                time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def wrk(url: str, seconds: int) -> float:
    """Requests per second with keep-alive connections; every answer has to be a 200."""
    pin = ["taskset", "-c", "1"] if shutil.which("taskset") and (os.cpu_count() or 1) > 1 else []
    told = subprocess.run(
        [*pin, "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", url], capture_output=True, text=True, check=True
    ).stdout
    assert "Non-2xx" not in told, told
    match = re.search(r"Requests/sec:\s+([\d.]+)", told)
    assert match, told
    return float(match[1])


if __name__ == "__main__":
    main()

"""`make demo`: Berth with an invented organisation and simulated ATSs, and a plain intranet page with the widget.

Everything is made anew in `instance/demo` at each start; passwords are made anew as well. Ctrl-C ends it.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from flask_migrate import upgrade

from tests.simulator import Simulator, bamboohr, workable
from webapp import create_app
from webapp.models import Organisation
from webapp.models.people import ROLES
from webapp.services import connections, desk, linking, people, sync, vault, widgets
from webapp.services.events import COMMAND_LINE, Actor
from webapp.services.health import is_taken

ROOT = Path(__file__).parent.parent
PORT = int(os.environ.get("PORT", "8000"))
SIMULATOR_PORT, INTRANET_PORT = PORT + 1, PORT + 2
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Northwind intranet</title>
<link rel="icon" href="data:,">
<style>body{{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}}
main{{display:grid;grid-template-columns:1fr 24rem;gap:2rem}}@media(max-width:50rem){{main{{display:block}}}}
iframe{{width:100%;height:42rem;border:0}}</style></head>
<body><header><h1>Northwind intranet</h1></header><main><article><h2>Welcome</h2>
<p>This plain page stands for your intranet.
The list beside it is the Open positions widget of Berth, in a frame.</p></article>
<iframe title="Open positions" src="http://127.0.0.1:{port}/widgets/{key}"
 sandbox="allow-scripts allow-forms allow-popups allow-popups-to-escape-sandbox"></iframe></main></body></html>
"""


def main() -> None:
    for port in (PORT, SIMULATOR_PORT, INTRANET_PORT):
        if is_taken(port):
            sys.exit(f"Something answers at 127.0.0.1:{port} already. Stop it, or choose others: PORT=9000 make demo.")
    instance = ROOT / "instance" / "demo"
    shutil.rmtree(instance, ignore_errors=True)
    instance.mkdir(parents=True)
    htmx = ROOT / "instance" / "htmx.min.js"
    if htmx.exists():
        shutil.copy(htmx, instance)
    else:
        subprocess.run([sys.executable, "tools/lay_down_htmx.py", str(instance)], cwd=ROOT, check=False)
    with Simulator(SIMULATOR_PORT) as simulator:
        os.environ |= {"BERTH_INSTANCE": str(instance), "BERTH_SIMULATOR_URL": simulator.url, "PORT": str(PORT)}
        os.environ["BERTH_LOG_LEVEL"] = "WARNING"
        password = secrets.token_urlsafe(12)
        key = seed(password)
        (instance / "intranet").mkdir()
        (instance / "intranet" / "index.html").write_text(PAGE.format(port=PORT, key=key))
        intranet = ThreadingHTTPServer(
            ("127.0.0.1", INTRANET_PORT), partial(_Quiet, directory=str(instance / "intranet"))
        )
        threading.Thread(target=intranet.serve_forever, daemon=True).start()
        print(_words(simulator, password), flush=True)
        path = f"{ROOT / '.venv' / 'bin'}:{os.environ['PATH']}"
        berth = subprocess.Popen(["honcho", "start", "--no-prefix"], cwd=ROOT, env={**os.environ, "PATH": path})
        signal.signal(signal.SIGTERM, lambda *_: berth.terminate())
        try:
            berth.wait()
        except KeyboardInterrupt:
            berth.wait()
        intranet.shutdown()
        intranet.server_close()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def seed(password: str) -> str:
    """Northwind Foods: Workable active, BambooHR not active, Personio begun, one widget. Returns the widget's key."""
    app = create_app()
    with app.app_context():
        upgrade()
        vault.check_keys()
        northwind = people.create_organisation("Northwind Foods", COMMAND_LINE)
        admin = people.create_user(
            northwind, "mira@northwind.example", "Mira Keller", password, ROLES["admin"][1], True, COMMAND_LINE
        )
        people.create_user(
            northwind, "jonas@northwind.example", "Jonas Brandt", password, ROLES["member"][1], False, COMMAND_LINE
        )
        actor = Actor.of(admin, "127.0.0.1")
        connections.switch(northwind, True, actor)
        for name, ats, way_in, values in (
            ("Headquarters", "workable", "workable", {"subdomain": "northwind", "access_token": workable.TOKEN}),
            ("Stores", "bamboohr", "bamboohr", {"subdomain": "northwind", "api_key": bamboohr.KEY}),
        ):
            made = connections.create(northwind, ats, name, actor)
            linking.continue_set_up(made, admin, actor)
            link = linking.newest(made.account)
            linking.choose_way_in(link, way_in)
            report = linking.check(link, values, actor)
            assert report.passed, report.error
            linking.finish(link, False, actor)
            sync.run(made.account_id)
            if name == "Headquarters":
                connections.activate(made, actor)
                first = made
        connections.create(northwind, "personio", "Logistics", actor)
        seed_desk(northwind, actor)
        return widgets.save(northwind, None, "Start page", "Open positions", [first.id], 20, "newest", actor).key


def seed_desk(northwind: Organisation, actor: Actor) -> None:
    """A request that waits at the desk, one whose link is issued, and one that is ready to hand over."""
    desk.request_activation(northwind, "SuccessFactors", "", "ida@northwind.example", "Our stores in the north.", actor)
    issued = desk.request_activation(northwind, "Greenhouse", "", "ben@northwind.example", "", actor)
    desk.issue_link(issued, actor)
    feed = "https://jobs.example.com/partner.xml"
    ready = desk.request_activation(northwind, "Job feed", feed, "lou@northwind.example", "", actor)
    desk.issue_link(ready, actor)
    link = linking.newest(ready.account)
    linking.choose_way_in(link, "job-feed")
    report = linking.check(link, {"url": feed}, actor)
    assert report.passed, report.error
    linking.finish(link, False, actor)
    sync.run(ready.account_id)


def _words(simulator: Simulator, password: str) -> str:
    keys = "\n".join(
        f"    {slug:<20}" + "  ".join(f"{name}: {value}" for name, value in account.try_with.items())
        for slug, account in simulator.accounts.items()
    )
    return f"""
  Berth          http://127.0.0.1:{PORT}
    admin        mira@northwind.example   {password}
    member       jonas@northwind.example  {password}
  Intranet page  http://127.0.0.1:{INTRANET_PORT}
  Simulator      {simulator.url}  (no real ATS is asked); accounts and keys to try:
{keys}

  Ctrl-C ends it.
"""


if __name__ == "__main__":
    main()

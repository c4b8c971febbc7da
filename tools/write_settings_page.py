"""Write docs/settings.md from webapp/config.py: `python tools/write_settings_page.py`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))
from webapp.config import ROOT, Settings

PAGE = ROOT / "docs" / "settings.md"
HEAD = """# Settings

Settings are environment variables, read once at the start; a value can come from a file instead, which `BERTH_X_FILE`
names. Without any, Berth runs in development: on 127.0.0.1, with SQLite and keys of its own in `instance/`.

| variable | default | what it does |
|---|---|---|
"""


def page() -> str:
    """The page as it should be."""
    rows = []
    for name, field in Settings.model_fields.items():
        if field.exclude:
            continue
        rows.append(f"| `BERTH_{name.upper()}` | {_default(field.default)} | {field.description} |\n")
    return HEAD + "".join(rows) + TAIL


def _default(value: Any) -> str:
    if value is None or value == ():
        return "–"
    return "`instance/`" if isinstance(value, Path) else f"`{value}`"


TAIL = """
`PORT` is the port of `make run`; `BERTH_WEB_PROCESSES` and `BERTH_WEB_THREADS` are how many granian processes the
Procfile starts and how many requests each works on at a time.

## In production

```
BERTH_ENV=production
BERTH_PUBLIC_URL=https://berth.example.com
BERTH_SECRET_KEYS_FILE=/run/secrets/berth-secret-keys
BERTH_VAULT_KEYS_FILE=/run/secrets/berth-vault-keys
BERTH_DATABASE_URL=postgresql+psycopg://berth@127.0.0.1/berth
BERTH_REDIS_URL=redis://127.0.0.1:6379/0
BERTH_TRUSTED_PROXIES=1
```

The keys are made once, by

```
python3 -c "import secrets; print(secrets.token_urlsafe(48))"
python3 -c "import base64, os; print('k1:' + base64.b64encode(os.urandom(32)).decode())"
```

Berth does not start with keys that are missing, short or well known, with an address that is not https, or with the
simulator. Keep the vault keys in another place than the backup: together they open every credential.

* **Rotate the vault key**: put a new entry in front (`k2:…,k1:…`), restart, run `flask --app wsgi rotate-keys`, then
  take the old entry out. It can be stopped and started anew at any moment.
* **Backup**: `flask --app wsgi backup PATH` while everything runs. Never copy the SQLite file itself: what was
  committed last stands in the log beside it.
* **More processes**: any number of web and worker processes may share one PostgreSQL database; one that dies keeps an
  account for `BERTH_LEASE_SECONDS` at most.
"""

if __name__ == "__main__":
    PAGE.write_text(page())

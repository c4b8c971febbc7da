"""A copy of the database, taken while it is in use and checked before it is called one."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

from sqlalchemy.engine import make_url

from webapp.extensions import settings
from webapp.i18n import N_


class BackupFailed(Exception):
    """No usable copy was written."""


def write(path: str) -> str:
    """Write a copy to `path` (mode 0600; SQLite's own online copy, or `pg_dump -Fc`). Returns a sentence."""
    target = Path(path)
    if target.exists():
        raise BackupFailed(f"{path} is there already; choose another name.")
    url = make_url(settings().database)
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    if url.get_backend_name() != "sqlite":
        return _dump(target, url.set(drivername="postgresql").render_as_string(hide_password=False))
    # Never a plain copy of the file: what was committed last stands in the write-ahead log beside it.
    source = sqlite3.connect(url.database or "")
    copy = sqlite3.connect(target)
    with source, copy:
        source.backup(copy)
    verdict = copy.execute("PRAGMA integrity_check").fetchone()[0]
    count = copy.execute("SELECT count(*) FROM positions").fetchone()[0]
    source.close()
    copy.close()
    if verdict != "ok":
        target.unlink()
        raise BackupFailed(N_("The copy is damaged and was deleted. Check the disk."))
    return f"{path}: {count} positions. Keep the keys in a different place."


def _dump(target: Path, url: str) -> str:
    tool = shutil.which("pg_dump")
    if tool is None:
        target.unlink()
        raise BackupFailed("pg_dump is not installed here.")
    finished = subprocess.run(  # noqa: S603 (our own setting, no shell)
        [tool, "-Fc", f"--file={target}", "--dbname", url], capture_output=True, check=False, text=True
    )
    if finished.returncode:
        target.unlink(missing_ok=True)
        raise BackupFailed("pg_dump failed; no copy was written.")
    return f"{target}: written by pg_dump. Keep the keys in a different place."

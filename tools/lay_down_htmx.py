"""Lay a copy of htmx beside the database, from the npm package, for intranets that reach no CDN.

    python tools/lay_down_htmx.py [folder]      # by default the instance folder

Nothing is done where the copy is there already or npm is not; in-place updates then need the CDN or BERTH_HTMX_URL,
and without either the plain forms do the work.
"""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
from webapp.config import HTMX_INTEGRITY, HTMX_VERSION, ROOT


def main() -> str:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("BERTH_INSTANCE") or ROOT / "instance")
    target = folder / "htmx.min.js"
    if target.exists() and _integrity(target.read_bytes()) == HTMX_INTEGRITY:
        return ""
    npm = shutil.which("npm")
    if npm is None:
        return "htmx: npm is not here, so no local copy; pages use the CDN, and plain forms where it does not answer."
    with tempfile.TemporaryDirectory() as scratch:
        command = [npm, "pack", "--silent", f"htmx.org@{HTMX_VERSION}"]
        packed = subprocess.run(command, cwd=scratch, capture_output=True, check=False, text=True)
        archives = list(Path(scratch).glob("*.tgz"))
        if packed.returncode or not archives:
            return "htmx: the npm registry did not answer, so no local copy; pages use the CDN, else plain forms."
        with tarfile.open(archives[0]) as archive:
            member = archive.extractfile("package/dist/htmx.min.js")
            content = member.read() if member else b""
    if _integrity(content) != HTMX_INTEGRITY:
        return "htmx: the package does not have the expected content, so no local copy was kept."
    folder.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    return f"htmx: {HTMX_VERSION} laid down as a local copy."


def _integrity(content: bytes) -> str:
    return "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode()


if __name__ == "__main__":
    message = main()
    if message:
        print(message)

"""Find a system Chromium for the browser tests, or install it where this machine allows it, or say what to install."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome")


def main() -> str:
    if os.environ.get("BERTH_TEST_CHROMIUM") or any(map(shutil.which, NAMES)):
        return ""
    if shutil.which("apt-get") and os.geteuid() == 0:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "chromium"]):
            subprocess.run(command, env=environment, check=False, stdout=subprocess.DEVNULL)
        if any(map(shutil.which, NAMES)):
            return ""
    return "No Chromium: install the package chromium (or set BERTH_TEST_CHROMIUM) to run the browser tests as well."


if __name__ == "__main__":
    message = main()
    if message:
        print(message, file=sys.stderr)

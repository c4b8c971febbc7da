"""The WSGI entry point: `granian --interface wsgi wsgi:app`, `flask --app wsgi run`."""

import sys

from webapp import create_app
from webapp.config import SettingsError

try:
    app = create_app()
except SettingsError as error:
    sys.exit(f"Berth does not start with these settings:\n{error}")

"""What a service answers when it does not do what was asked: a sentence for the person, and the field it is about."""

from __future__ import annotations

from webapp.i18n import N_

WRONG_PAIR = N_("ID and token do not fit together. Nothing was stored. Ask the service desk to share them anew.")


class Refused(Exception):
    """Nothing was changed. `message` is a msgid, `values` fill its places; `field` names the form field at fault."""

    def __init__(self, message: str, field: str | None = None, **values: object) -> None:
        self.message, self.field, self.values = message, field, values
        super().__init__(message % values if values else message)

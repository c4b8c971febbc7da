"""gettext for every room: no Flask, no request. Each request (or task) chooses its language once.

Texts are English in the code; catalogues live in `translations/<language>/LC_MESSAGES/messages.po`.
"""

from __future__ import annotations

import gettext as _gettext
from contextvars import ContextVar
from pathlib import Path

CATALOGUES = Path(__file__).parent.parent / "translations"
_current: ContextVar[_gettext.NullTranslations] = ContextVar("translations")
_NONE = _gettext.NullTranslations()
language: ContextVar[str] = ContextVar("language", default="en")


def available() -> tuple[str, ...]:
    """Languages that have a catalogue, English first."""
    found = sorted(p.name for p in CATALOGUES.iterdir() if p.is_dir()) if CATALOGUES.is_dir() else []
    return ("en", *(code for code in found if code != "en"))


def use(code: str) -> None:
    """Choose the language for this context; English where there is no catalogue."""
    language.set(code if code in available() else "en")
    _current.set(_gettext.translation("messages", CATALOGUES, [code], fallback=True))


def _(message: str, **values: object) -> str:
    """The text in the current language, its named places filled."""
    text = _current.get(_NONE).gettext(message) if message else ""
    return text % values if values else text


def ngettext(one: str, many: str, n: int, **values: object) -> str:
    """The form for `n`; `%(n)s` and further named places are filled."""
    return _current.get(_NONE).ngettext(one, many, n) % {"n": n, **values}


def N_(message: str) -> str:
    """Mark a text for the catalogue where it is written, to be translated where it is shown."""
    return message

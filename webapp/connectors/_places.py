"""Places and ways of working out of free text, for ATSs that say them in one line."""

from __future__ import annotations

import re
from functools import lru_cache

from webapp.connectors import _text as text
from webapp.connectors._records import Location

#: A piece of a place that says how people work and not where.
MODEL = re.compile(
    r"(?:(?:100 ?%|fully|full|partially|temporarily) )?"
    r"(?:remote|hybrid|on-?site|in[- ]office|home ?office|work from home|wfh|anywhere)"
    r"(?: (?:work|working|only|first|friendly|possible|position))?",
    re.I,
)
EDGE = re.compile(r"^(remote|hybrid)[\s:–—-]+(?=\w)|(?<=\w)[\s:–—-]+(remote|hybrid)$", re.I)
SPLIT = re.compile(r",|\s[-–—/|&]\s|\s(?:or|and)\s|[()]")
#: Codes of states and provinces that are countries' too: "Newark, DE" is not in Germany.
STATES = re.compile("A[LRZ]|C[AO]|DE|GA|I[DLN]|KY|LA|M[ADENOST]|N[CELU]|P[AE]|S[ACDK]|TN|VA|YT")


def places(*said: str | None) -> tuple[Location, ...]:
    """Places out of free text such as "London, UK; Remote": one per part, none for a part that says how one works."""
    return tuple(dict.fromkeys(place for some in said for part in (some or "").split(";") for place in _place(part)))


def work_model(said: str | None) -> text.Workplace | None:
    """How one works, where a piece of the text says that and nothing else; `None` where pieces differ."""
    found = {text.workplace(p) for part in (said or "").split(";") for p in _pieces(part) if MODEL.fullmatch(p)}
    return found.pop() if len(found) == 1 else None


def _pieces(part: str) -> list[str]:
    pieces = []
    for piece in map(str.strip, SPLIT.split(part)):
        if not MODEL.fullmatch(piece):  # "Remote US", "US-Remote"
            piece = EDGE.sub(lambda m: f"{m[1]}," if m[1] else f",{m[2]}", piece)
        pieces += piece.split(",")
    return [piece.strip() for piece in pieces if piece.strip()]


@lru_cache(maxsize=4096)
def _place(part: str) -> tuple[Location, ...]:
    pieces = _pieces(part)
    where = [piece for piece in pieces if not MODEL.fullmatch(piece)]
    if not where:
        return ()
    name = part.strip() if len(where) == len(pieces) else ", ".join(where)
    parts = [p.strip() for p in name.split(",") if p.strip()]
    city = parts[0] if len(parts) > 1 and (parts[0] == parts[-1] or not text.country(parts[0])) else None
    return (Location(name=name, city=city, country=_country(parts)),)


def _country(parts: list[str]) -> str | None:
    """The country that the last part names; a code that is a state's too only in "City, ST, CC"."""
    last = parts[-1]
    spelt_out = len(parts) == 3 and re.fullmatch("[A-Z]{2,3}", parts[1])
    return None if last == "Georgia" or (STATES.fullmatch(last) and not spelt_out) else text.country(last)

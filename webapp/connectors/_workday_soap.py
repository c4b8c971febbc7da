"""Workday's web service: the question for job postings, what its answers hold, and which of its faults means what.

Facts: https://community.workday.com/sites/default/files/file-hosting/productionapi/Recruiting/v45.2/Get_Job_Postings.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from html import escape
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import ParseError, fromstring

from webapp.connectors._answer import Answer
from webapp.connectors._errors import (
    AccountNotFound,
    ConnectorError,
    CredentialsRejected,
    PermissionMissing,
    TemporarilyUnavailable,
    UnexpectedAnswer,
)
from webapp.connectors._places import composed
from webapp.connectors._records import Location
from webapp.i18n import N_

UNAVAILABLE = N_("%(ats)s is not available at the moment (%(status)s). Berth tries again by itself.")
REJECTED = N_("%(ats)s does not accept these credentials.")
WID = re.compile(r"[0-9a-f]{32}")
FAULTS: tuple[tuple[str, type[ConnectorError], str], ...] = (
    ("authenticationError|invalid username or password", CredentialsRejected, REJECTED),
    ("not authorized", PermissionMissing, N_("%(ats)s lets this user sign in, but not read job postings.")),
    ("Invalid ID value", AccountNotFound, N_("%(ats)s does not know the careers site that is named here.")),
    ("validationError", UnexpectedAnswer, N_("%(ats)s does not understand the question.")),
)
WD = "{urn:com.workday/bsvc}"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss"
ENVELOPE = f"""<?xml version="1.0" encoding="UTF-8"?>
<env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/" xmlns:wd="urn:com.workday/bsvc">
<env:Header>
<wsse:Security env:mustUnderstand="1" xmlns:wsse="{WSSE}-wssecurity-secext-1.0.xsd"><wsse:UsernameToken>
<wsse:Username>%(user)s</wsse:Username>
<wsse:Password Type="{WSSE}-username-token-profile-1.0#PasswordText">%(password)s</wsse:Password>
</wsse:UsernameToken></wsse:Security>
<wd:Workday_Common_Header>
<wd:Include_Reference_Descriptors_In_Response>true</wd:Include_Reference_Descriptors_In_Response>
</wd:Workday_Common_Header>
</env:Header>
<env:Body><wd:Get_Job_Postings_Request wd:version="v45.2">
<wd:Request_Criteria>%(site)s
<wd:Show_Only_Active_Job_Postings>true</wd:Show_Only_Active_Job_Postings>
<wd:Show_Only_External_Job_Postings>%(external)s</wd:Show_Only_External_Job_Postings>
<wd:Exclude_Future_Job_Postings>true</wd:Exclude_Future_Job_Postings>
</wd:Request_Criteria>
<wd:Response_Filter>
<wd:As_Of_Entry_DateTime>%(as_of)s</wd:As_Of_Entry_DateTime>
<wd:Page>%(page)s</wd:Page>
<wd:Count>100</wd:Count>
</wd:Response_Filter>
<wd:Response_Group><wd:Include_Reference>true</wd:Include_Reference></wd:Response_Group>
</wd:Get_Job_Postings_Request></env:Body>
</env:Envelope>"""


def question(config: Mapping[str, str], external: str, as_of: str, number: int) -> bytes:
    """The envelope that asks for one page of the active postings, of those on external sites or of all."""
    user = config["isu_username"]
    body = ENVELOPE % {
        "user": escape(user if "@" in user else f"{user}@{config['tenant']}"),
        "password": escape(config["isu_password"]),
        "site": _site_criterion(config.get("site", "")),
        "external": external,
        "as_of": as_of,
        "page": number,
    }
    return body.encode()


def page(answer: Answer) -> tuple[Element, int, int]:
    """The document, how many postings there are, and how many pages. Raises the error that says who must act."""
    try:
        root = fromstring(answer.body, forbid_dtd=True)
        if answer.status == 200:
            results = root.find(f".//{WD}Response_Results")
            return root, int(of(results, "Total_Results")), int(of(results, "Total_Pages"))
        said = "".join(root.itertext())
    except (ParseError, ValueError, LookupError):
        if answer.status == 200:
            raise answer.unexpected() from None
        said = ""
    # Every fault is a 500; where none of these is named, Workday has too much to do.
    for words, error, sentence in FAULTS:
        if re.search(words, said, re.I):
            raise error(sentence, ats=answer.ats)
    raise TemporarilyUnavailable(UNAVAILABLE, ats=answer.ats, status=500)


def as_of() -> str:
    """A moment that has passed on Workday's clock too."""
    return (datetime.now(UTC) - timedelta(minutes=1)).isoformat(timespec="seconds")


def _site_criterion(site: str) -> str:
    if WID.fullmatch(site):
        return f'<wd:Job_Posting_Site_Reference><wd:ID wd:type="WID">{site}</wd:ID></wd:Job_Posting_Site_Reference>'
    return f"<wd:Job_Posting_Site_Name>{escape(site)}</wd:Job_Posting_Site_Name>" if site else ""


def of(node: Element | None, name: str) -> str:
    """The text of the child of that name, `""` where there is none."""
    return (node.findtext(f"{WD}{name}") or "").strip() if node is not None else ""


def named(node: Element | None, name: str, ids: bool = True) -> str | None:
    """What a reference is called: its descriptor, or an id that a person chose, such as `Full_time`."""
    reference = node.find(f"{WD}{name}") if node is not None else None
    if reference is None:
        return None
    chosen = [id.text for id in reference.findall(f"{WD}ID") if ids and id.get(f"{WD}type") != "WID"]
    return reference.get(f"{WD}Descriptor") or next(iter(chosen), None)


def places(posting: Element) -> list[Location]:
    """All places of a posting, of which Workday gives the names alone."""
    data = posting.find(f"{WD}Job_Posting_Location_Data")
    others = data.findall(f"{WD}Job_Posting_Additional_Location_Data") if data is not None else []
    nodes = [(data, "Primary_Location_Reference"), *((other, "Additional_Location_Reference") for other in others)]
    names = [of(node, "External_Name") or named(node, reference, ids=False) for node, reference in nodes]
    return [place for name in names if name for place in composed(name)]

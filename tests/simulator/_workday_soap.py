"""Workday's web service: what a Get_Job_Postings request asks for, its answer, and its faults.

https://community.workday.com/sites/default/files/file-hosting/productionapi/Recruiting/v45.2/Get_Job_Postings.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Self
from xml.sax.saxutils import escape, quoteattr
from zlib import crc32

from defusedxml.ElementTree import ParseError, fromstring

from tests.simulator._account import Job, Reply

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"


class Criteria(NamedTuple):
    """The request, as far as it is played. `site`: the name of a careers site, or nothing."""

    user: str
    password: str
    external: bool
    page: int
    count: int
    site: str

    @classmethod
    def read(cls, body: bytes) -> Self | None:
        """`None` for what is no envelope."""
        try:
            said = {node.tag.rpartition("}")[2]: node.text or "" for node in fromstring(body, forbid_dtd=True).iter()}
        except (ParseError, ValueError):
            return None
        external = said.get("Show_Only_External_Job_Postings") == "true"
        page, count = int(said.get("Page", "1")), int(said.get("Count", "100"))
        user, password = said.get("Username", ""), said.get("Password", "")
        return cls(user, password, external, page, count, said.get("Job_Posting_Site_Name", ""))


def wid(called: str) -> str:
    """A Workday ID: 32 digits, the same for the same thing."""
    return f"{crc32(called.encode()):032x}"


def fault(code: str, said: str) -> Reply:
    text = f"<SOAP-ENV:Fault><faultcode>SOAP-ENV:{code}</faultcode><faultstring>{said}</faultstring></SOAP-ENV:Fault>"
    return _envelope(text, 500)


def postings(jobs: list[Job], criteria: Criteria, most: int, careers: str, site: str) -> Reply:
    """One page of these, at most `most`."""
    if criteria.site not in ("", site):
        jobs = []
    size = min(criteria.count, most)
    rows = jobs[(criteria.page - 1) * size :][:size]
    numbers = (len(jobs), -(-len(jobs) // size) or 1, len(rows), criteria.page)
    names = ("Total_Results", "Total_Pages", "Page_Results", "Page")
    results = "".join(f"<wd:{name}>{number}</wd:{name}>" for name, number in zip(names, numbers, strict=True))
    data = "".join(_posting(job, careers) for job in rows)
    return _envelope(
        '<wd:Get_Job_Postings_Response xmlns:wd="urn:com.workday/bsvc" wd:version="v45.2">'
        f"<wd:Response_Results>{results}</wd:Response_Results><wd:Response_Data>{data}</wd:Response_Data>"
        "</wd:Get_Job_Postings_Response>"
    )


def _envelope(body: str, status: int = 200) -> Reply:
    text = f'<?xml version="1.0" encoding="UTF-8"?><SOAP-ENV:Envelope xmlns:SOAP-ENV="{SOAP}">'
    text += f"<SOAP-ENV:Body>{body}</SOAP-ENV:Body></SOAP-ENV:Envelope>"
    return status, {"Content-Type": "text/xml; charset=utf-8"}, text.encode()


def _element(name: str, value: str) -> str:
    return f"<wd:{name}>{escape(value)}</wd:{name}>" if value else ""


def _reference(name: str, called: str) -> str:
    return f'<wd:{name} wd:Descriptor={quoteattr(called)}><wd:ID wd:type="WID">{wid(called)}</wd:ID></wd:{name}>'


def _places(job: Job) -> Iterator[str]:
    first, *others = (place.city for place in job.places)
    yield _reference("Primary_Location_Reference", first) + _element("External_Name", first)
    for city in others:
        said = _reference("Additional_Location_Reference", city) + _element("External_Name", city)
        yield f"<wd:Job_Posting_Additional_Location_Data>{said}</wd:Job_Posting_Additional_Location_Data>"


def _posting(job: Job, careers: str) -> str:
    path = "" if job.mark == "internal" else f"/job/{job.places[0].city}/{job.id}"
    remote = {"on_site": "", "hybrid": "Hybrid", "remote": "Remote"}[job.workplace]
    return (
        f"<wd:Job_Posting>{_reference('Job_Posting_Reference', job.id)}<wd:Job_Posting_Data>"
        f"{_element('Job_Posting_ID', f'JOB_POSTING-{job.id}')}"
        f"{_element('Job_Posting_Title', job.title[job.language])}"
        f"{_element('Job_Posting_Description', job.description())}"
        f"{_element('External_Job_Path', path)}{_element('External_Apply_URL', path and f'{careers}{path}/apply')}"
        f"{_element('Job_Requisition_ID', job.id)}"
        f"<wd:Job_Posting_Remote_Type_Data>{_element('External_Name', remote)}</wd:Job_Posting_Remote_Type_Data>"
        f"<wd:Job_Posting_Location_Data>{''.join(_places(job))}</wd:Job_Posting_Location_Data>"
        f"{_element('Job_Posting_Start_Date', f'{job.posted:%Y-%m-%d}-07:00')}"
        f"{_reference('Job_Family_Group_Reference', job.department)}"
        f"{_reference('Time_Type_Reference', 'Part time' if job.employment == 'part_time' else 'Full time')}"
        f"{_reference('Supervisory_Organization_Reference', f'{job.department} (Mirela Sandvoss)')}"
        "</wd:Job_Posting_Data></wd:Job_Posting>"
    )

"""Which connector reads which simulated account, and what it should find there."""

from __future__ import annotations

from tests.simulator import Job, Simulator
from webapp.connectors import CONNECTORS, Connector

#: connector slug → the simulated account that it reads, and the host that it reads first
PLAYED = {
    "workable": ("workable", "northwind.workable.com"),
    "workable-careers": ("workable", "apply.workable.com"),
    "bamboohr": ("bamboohr", "northwind.bamboohr.com"),
    "bamboohr-careers": ("bamboohr", "northwind.bamboohr.com"),
    "personio": ("personio", "api.personio.de"),
    "personio-careers": ("personio", "northwind.jobs.personio.de"),
    "ukg-pro-recruiting": ("ukg-pro-recruiting", "signin.ultipro.com"),
    "ukg-pro-recruiting-careers": ("ukg-pro-recruiting", "recruiting.ultipro.com"),
    "workday": ("workday", "wd5-services1.myworkday.com"),
    "workday-rest": ("workday", "wd5-services1.myworkday.com"),
    "workday-careers": ("workday", "northwind.wd5.myworkdayjobs.com"),
    "greenhouse-careers": ("greenhouse", "boards-api.greenhouse.io"),
    "lever-careers": ("lever", "api.lever.co"),
    "ashby-careers": ("ashby", "api.ashbyhq.com"),
    "smartrecruiters-careers": ("smartrecruiters", "api.smartrecruiters.com"),
    "job-feed": ("feed", "jobs.example.com"),
    "job-posting-pages": ("careers", "work.example.com"),
}
#: Those whose credentials can be refused, and those of them that see internal positions.
WITH_CREDENTIALS = ("workable", "bamboohr", "personio", "ukg-pro-recruiting", "workday", "workday-rest")
SEES_INTERNAL = ("workable", "bamboohr", "ukg-pro-recruiting", "workday")


def connect(simulator: Simulator, slug: str, /, **config: str) -> Connector:
    """The connector with what the account says is to be filled in, and `config` over it."""
    account = simulator.accounts[PLAYED[slug][0]]
    names = {field.name for field in CONNECTORS[slug].fields}
    return CONNECTORS[slug]({**{k: v for k, v in account.try_with.items() if k in names}, **config})


def open_jobs(simulator: Simulator, slug: str) -> list[Job]:
    """What the connector should find: an internal position only where the ATS is asked with credentials."""
    jobs = simulator.accounts[PLAYED[slug][0]].jobs.values()
    marks = ("", "internal") if slug in SEES_INTERNAL else ("",)
    return [j for j in jobs if j.state == "published" and j.mark in marks]

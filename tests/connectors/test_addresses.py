"""Addresses that people paste: each customer's is read off, and none of the vendor's own."""

from __future__ import annotations

import pytest

from webapp.connectors import CONNECTORS, resolve

#: Domains below which every customer has a name, with a path that a careers page there has.
CUSTOMERS_BELOW = {
    "bamboohr.com": "/careers",
    "breezy.hr": "/p/1f0b-baker",
    "career.softgarden.de": "/",
    "careers-page.com": "/",
    "careers.hibob.com": "/jobs",
    "concludis.de": "/",
    "csod.com": "/ux/ats/careersite/1/home",
    "de.umantis.com": "/Jobs/All",
    "dvinci-hr.com": "/de/jobs",
    "dvinci.de": "/de/jobs",
    "eightfold.ai": "/careers",
    "factorial.es": "/",
    "factorialhr.com": "/",
    "flatchr.io": "/",
    "hire.trakstar.com": "/jobs/fk0",
    "homerun.co": "/baker",
    "icims.com": "/jobs/search",
    "jibeapply.com": "/jobs",
    "jobbase.io": "/",
    "jobs.hr.cloud.sap": "/search/",
    "jobs.personio.com": "/",
    "jobs.personio.de": "/job/1",
    "jobs2web.com": "/search/",
    "na.teamtailor.com": "/jobs",
    "onlyfy.jobs": "/de",
    "pinpointhq.com": "/postings",
    "prescreenapp.io": "/",
    "recruitee.com": "/o/baker",
    "recruiterbox.com": "/jobs/fk0",
    "rexx-recruitment.com": "/stellenangebote.html",
    "softgarden.io": "/job/1",
    "talent-soft.com": "/offre-de-emploi/liste-offres.aspx",
    "teamtailor.com": "/jobs",
    "traffit.com": "/public/an/1",
    "umantis.com": "/Jobs/All",
    "varbi.com": "/en/",
    "workable.com": "/",
    "zohorecruit.com": "/jobs/Careers",
    "zohorecruit.eu": "/jobs/Careers",
    "applytojob.com": "/apply",
}
VENDORS = ("www", "app", "api", "auth", "login", "sso", "accounts", "admin", "help", "support", "docs", "developer")
VENDORS += ("developers", "status", "blog", "marketing", "static", "assets", "cdn")


@pytest.mark.parametrize("domain", CUSTOMERS_BELOW)
def test_the_vendors_own_places_are_no_customers(domain):
    path = CUSTOMERS_BELOW[domain]
    assert resolve(f"https://northwind.{domain}{path}") is not None
    own = [host for name in VENDORS if resolve(f"https://{(host := f'{name}.{domain}')}{path}")]

    assert not own, f"no customer is called so: {own}"


@pytest.mark.parametrize(
    "address",
    [
        "https://www.ashbyhq.com/customers",
        "https://jobs.ashbyhq.com/api/non-user-graphql",
        "https://app.dover.com/login",
        "https://careers.flatchr.io/",
        "https://boards.greenhouse.io/embed/job_board/js",
        "https://www.greenhouse.com/customers",
        "https://www.hireology.com/pricing",
        "https://app.jazz.co/login",
        "https://www.jobvite.com/product",
        "https://join.com/recruiting-software",
        "https://www.lever.co/customers",
        "https://www.manatal.com/pricing",
        "https://www.oracle.com/human-capital-management/recruiting/",
        "https://www.polymer.co/pricing",
        "https://www.rippling.com/products/hr/recruiting",
        "https://ats.rippling.com/api/v2/",
        "https://www.smartrecruiters.com/recruiting-software/",
        "https://jobs.smartrecruiters.com/sr-jobs/search",
        "https://www.myworkday.com/northwind",
        "https://community.workday.com/sites",
        "https://recruiting.ultipro.com/",
    ],
)
def test_a_vendors_page_is_no_careers_page(address):
    assert resolve(address) is None


@pytest.mark.parametrize(
    ("slug", "address", "name"),
    [
        ("ashby-careers", "https://jobs.ashbyhq.com/northwind", "northwind"),
        ("ashby-careers", "jobs.ashbyhq.com/Northwind%20Foods/0b9e?utm=x", "Northwind Foods"),
        ("bamboohr-careers", "https://northwind.bamboohr.com/careers/41", "northwind"),
        ("bamboohr-careers", "https://support-heroes.bamboohr.com", "support-heroes"),
        ("breezy-careers", "https://northwind.breezy.hr/p/1f0b-baker", "northwind"),
        ("breezy-careers", "https://app-makers.breezy.hr", "app-makers"),
        ("concludis-careers", "https://northwind.concludis.de/prj/lst/x.htm", "northwind"),
        ("cornerstone-careers", "https://northwind.csod.com/ux/ats/careersite/4/home?c=northwind", "northwind"),
        ("dover-careers", "https://app.dover.com/jobs/northwind", "northwind"),
        ("dover-careers", "https://app.dover.com/apply/northwind/0b9e", "northwind"),
        ("dvinci-careers", "https://northwind.dvinci-hr.com/de/jobs", "https://northwind.dvinci-hr.com"),
        ("eightfold-careers", "https://northwind.eightfold.ai/careers?domain=northwind.example", "northwind"),
        ("factorial-careers", "https://northwind.factorialhr.com/job_posting/baker-1", "northwind"),
        ("factorial-careers", "https://northwind.factorial.es", "northwind"),
        ("flatchr-careers", "https://careers.flatchr.io/fr/company/northwind/vacancy/x", "northwind"),
        ("gem-careers", "https://jobs.gem.com/northwind/am9i", "northwind"),
        ("greenhouse-careers", "https://boards.greenhouse.io/northwind/jobs/1", "northwind"),
        ("greenhouse-careers", "https://job-boards.eu.greenhouse.io/northwind", "northwind"),
        ("greenhouse-careers", "https://boards.greenhouse.io/embed/job_board?for=northwind", "northwind"),
        ("hibob-careers", "https://northwind.careers.hibob.com/jobs/1", "northwind"),
        ("hireology-careers", "https://careers.hireology.com/northwind/1/description", "northwind"),
        ("homerun-careers", "https://northwind.homerun.co/baker", "northwind"),
        ("icims-careers", "https://careers-northwind.icims.com/jobs/1/baker/job", "careers-northwind.icims.com"),
        ("jazzhr-careers", "https://northwind.applytojob.com/apply/Ab1/Baker", "northwind"),
        ("jazzhr-careers", "https://app.jazz.co/widgets/basic/create/northwind", "northwind"),
        ("jobvite-careers", "https://jobs.jobvite.com/northwind/job/oAb1", "northwind"),
        ("jobvite-careers", "https://jobs.jobvite.com/careers/northwind/jobs", "northwind"),
        ("join-careers", "https://join.com/companies/northwind/1-baker", "northwind"),
        ("join-careers", "https://www.join.com/de/companies/northwind", "northwind"),
        ("lever-careers", "https://jobs.lever.co/northwind/0b9e/apply", "northwind"),
        ("lever-careers", "https://jobs.eu.lever.co/northwind", "northwind"),
        ("lever-careers", "https://api.lever.co/v0/postings/northwind", "northwind"),
        ("manatal-careers", "https://www.careers-page.com/northwind/job/QY9YR6XV", "northwind"),
        ("manatal-careers", "https://northwind.careers-page.com", "northwind"),
        ("onlyfy-careers", "https://northwind.onlyfy.jobs/de/job/x", "northwind"),
        ("onlyfy-careers", "https://northwind.prescreenapp.io", "northwind"),
        (
            "oracle-recruiting-cloud-careers",
            "https://nwnd.fa.us2.oraclecloud.com/hcmUI/CandidateExperience/en/sites/CX_1/job/1",
            "nwnd.fa.us2.oraclecloud.com",
        ),
        ("personio-careers", "https://northwind.jobs.personio.de/job/1?language=de", "northwind"),
        ("personio-careers", "https://northwind.jobs.personio.com", "northwind"),
        ("pinpoint-careers", "https://northwind.pinpointhq.com/en/postings/x", "northwind"),
        ("polymer-careers", "https://jobs.polymer.co/northwind/1", "northwind"),
        ("recruitee-careers", "https://northwind.recruitee.com/o/baker", "northwind"),
        ("recruiterbox-careers", "https://northwind.hire.trakstar.com/jobs/fk0", "northwind"),
        ("rexx-careers", "https://northwind-portal.rexx-systems.com/x.html", "northwind-portal.rexx-systems.com"),
        ("rippling-careers", "https://ats.rippling.com/northwind/jobs/0b9e", "northwind"),
        ("rippling-careers", "https://ats.rippling.com/en-GB/northwind/jobs", "northwind"),
        ("sap-successfactors", "https://api.successfactors.eu/odata/v2", "api.successfactors.eu"),
        ("sap-successfactors", "https://api4.successfactors.com", "api4.successfactors.com"),
        (
            "sap-successfactors-careers",
            "https://career5.successfactors.eu/career?company=northwind",
            "career5.successfactors.eu",
        ),
        ("smartrecruiters-careers", "https://jobs.smartrecruiters.com/NorthwindFoods/7439-baker", "NorthwindFoods"),
        ("smartrecruiters-careers", "https://careers.smartrecruiters.com/NorthwindFoods", "NorthwindFoods"),
        ("softgarden-careers", "https://northwind.softgarden.io/job/1", "northwind"),
        ("softgarden-careers", "https://northwind.career.softgarden.de", "northwind"),
        ("talentsoft-careers", "https://northwind-recrute.talent-soft.com/", "northwind-recrute.talent-soft.com"),
        ("teamtailor-careers", "https://northwind.teamtailor.com/jobs/1-baker", "northwind"),
        ("teamtailor-careers", "https://northwind.na.teamtailor.com/jobs", "northwind.na.teamtailor.com"),
        ("traffit-careers", "https://northwind.traffit.com/public/an/x", "northwind"),
        (
            "ukg-pro-recruiting-careers",
            "https://recruiting2.ultipro.com/NOR1000NWND/JobBoard/0b9e0b9e-0b9e-0b9e-0b9e-0b9e0b9e0b9e/Opportunity",
            "https://recruiting2.ultipro.com/NOR1000NWND/JobBoard/0b9e0b9e-0b9e-0b9e-0b9e-0b9e0b9e0b9e",
        ),
        ("umantis-careers", "https://recruitingapp-1234.de.umantis.com/Jobs/1", "recruitingapp-1234.de.umantis.com"),
        ("varbi-careers", "https://northwind.varbi.com/en/what:job/jobID:1/", "northwind"),
        ("workable-careers", "https://apply.workable.com/northwind/j/AB12/", "northwind"),
        ("workable-careers", "https://northwind.workable.com", "northwind"),
        (
            "workday-careers",
            "https://northwind.wd5.myworkdayjobs.com/en-US/External/job/Oslo/Baker_1",
            "https://northwind.wd5.myworkdayjobs.com/en-US/External",
        ),
        (
            "workday-careers",
            "https://wd3.myworkdaysite.com/recruiting/northwind/External",
            "https://wd3.myworkdaysite.com/recruiting/northwind/External",
        ),
        ("zoho-recruit-careers", "https://northwind.zohorecruit.eu/jobs/Careers", "northwind.zohorecruit.eu"),
    ],
)
def test_a_customers_address_names_the_way_in_and_the_customer(slug, address, name):
    found = resolve(address)
    assert found is not None
    assert found[0] == slug
    assert name in found[1].values()


def test_every_public_way_in_with_addresses_is_tried_here():
    tried = {mark[0] for mark in test_a_customers_address_names_the_way_in_and_the_customer.pytestmark[0].args[1]}
    needed_more = {"bullhorn-careers", "comeet-careers", "jobylon-careers", "reachmee-careers"}  # in their fixtures
    public = {slug for slug, way in CONNECTORS.items() if slug.endswith("-careers") and way.addresses}
    assert public - tried == needed_more

"""Words, dates and numbers in the spellings that ATSs send, and what must stay unsaid."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from webapp.connectors import _text as text

#: kind → what vendors write for it, each between bars.
EMPLOYMENT = {
    "full_time": "FULL_TIME|Full-time|fullTime|FullTime|full_time|Fulltime|full time|fulltime_permanent"
    "|permanent_full_time|permanent|Permanent|full-or-part-time|Full or part time|Full-time / Part-time|SALARIED_FT"
    "|HOURLY_FT|Direct Hire|Regular Full-Time|Full-Time Regular|Full Time Employee|EMPLOYEE|Regular"
    "|Full time (40 hours)|Vollzeit|Festanstellung|Unbefristet|UNLIMITED|Unbefristeter Arbeitsvertrag"
    "|Voll- oder Teilzeit|Vollzeit/Teilzeit|CDI|Contrat à durée indéterminée|Temps plein|Temps complet"
    "|Jornada completa|Tiempo completo|Contrato indefinido|Tempo integral|Tempo pieno"
    "|Contratto a tempo indeterminato|Voltijd|Vast contract|umowa o pracę|Pełny etat|Tillsvidare"
    "|FTE|Perm|Tillsvidareanställning|Heltid|Fast stilling|Fuldtid|Vakituinen|Kokoaikainen|Plný úvazek|Indefinite",
    "part_time": "PART_TIME|Part-time|partTime|PartTime|parttime|parttime_permanent|permanent_part_time|SALARIED_PT"
    "|HOURLY_PT|Part time employee|Part-Time Regular|Teilzeit|Teilzeit, unbefristet|Minijob"
    "|Geringfügige Beschäftigung|Temps partiel|Media jornada|Tiempo parcial|Tempo parcial|Meio período"
    "|Part time a tempo indeterminato|Deeltijd|Deltid|Deltidsstilling|Osa-aikainen|Niepełny etat|Część etatu"
    "|Částečný úvazek",
    "contract": "CONTRACTOR|Contract|contract|Contractor|Freelance|freelance|Freelancer|Contract To Hire|1099"
    "|Contract (1099)|Corp-to-Corp|Independent contractor|Full-time contract|Freie Mitarbeit|Freiberuflich"
    "|Honorarkraft|Prestation|Indépendant|Autónomo|Libero professionista|Prestação de serviços|B2B|Kontrakt B2B"
    "|Umowa zlecenie|Umowa o dzieło|W-2|Consultancy|ZZP|Konsult|Konsultuppdrag|Contracted",
    "temporary": "TEMPORARY|Temporary|temporary|TEMP|Fixed term|fulltime_fixed_term|parttime_fixed_term|FixedTerm"
    "|Seasonal|Casual|LIMITED|Temp to hire|Maternity cover|Full-time, temporary|Temporary employee|Befristet"
    "|Befristete Anstellung|Vollzeit, befristet|Aushilfe|Saisonarbeit|Zeitarbeit|CDD|Contrat à durée déterminée"
    "|Intérim|Temporal|Contrato temporal|Prazo determinado|Tempo determinato|Contratto a termine|Tijdelijk"
    "|Tijdelijk contract|Visstid|Visstidsanställning|Vikariat|Tidsbegränsad anställning|Midlertidig|Vikar"
    "|Short Term|Tidsbegrænset|Määräaikainen|Umowa na czas określony|Zastępstwo",
    "internship": "INTERN|Intern|intern|internship|Internship|INTERNSHIP|trainee|traineeship|working_student"
    "|WORKING_STUDENT|APPRENTICESHIP|Apprentice|Full-time internship|Praktikum|Praktikant (m/w/d)|Werkstudent"
    "|Werkstudententätigkeit|Ausbildung|Duales Studium|Volontariat|Stage|Stagiaire|Alternance|Alternant"
    "|Apprentissage|V.I.E|Prácticas|Becario|Estágio|Jovem aprendiz|Tirocinio|Apprendistato|Afstudeerstage|Praktyki"
    "|Staż|Praktik|Lärling|Harjoittelu",
    "volunteer": "VOLUNTEER|Volunteer|Voluntary|Ehrenamt|Ehrenamtlich|Bénévolat|Voluntario|Vrijwilliger|Wolontariat"
    "|Frivillig",
    "per_diem": "PER_DIEM|Per Diem|PRN|Behovsanställning|Tilkallingsvikar",
    "other": "OTHER|other|Other|Sonstige|Autre|Otro|Altro|Anders|Opportunity|Hourly|CDI ou CDD|Permanent or fixed term",
}
NO_EMPLOYMENT = [
    None,
    "",
    " ",
    "-",
    "none",
    "None",
    "N/A",
    "Not specified",
    "Unspecified",
    "7",
    7,
    -1.5,
    True,
    [],
    {},
    {"x": 1},
]
WORKPLACE = {
    "on_site": "on-site|onsite|On-site|OnSite|on_site|ORA_ON_SITE|Work From Office"
    "|In office|in_office|IN_OFFICE|Office|Vor Ort"
    "|Präsenz|Sur site|Présentiel|Presencial|In sede|Op locatie|På plats|På kontoret|Paikan päällä"
    "|Praca stacjonarna|Not remote|Non-remote|Kein Homeoffice|Pas de télétravail",
    "hybrid": "hybrid|Hybrid|HYBRID|ORA_HYBRID|Hybrid (2 days)|Remote / Hybrid|Hybride|Híbrido|Ibrido"
    "|Praca hybrydowa|Hybridi|teilweise remote|Partially remote|temporarily remote|Télétravail partiel"
    "|Teilweise Homeoffice|Flexible",
    "remote": "remote|Remote|REMOTE|ORA_REMOTE|Fully remote|fully|100% remote|TELECOMMUTE|Home office|Homeoffice"
    "|Home-Office|Work from home|WFH|Virtual|Anywhere|Remote only|Télétravail|À distance|Teletrabajo|Remoto"
    "|Teletrabalho|Da remoto|Thuiswerken|Op afstand|Distans|Hjemmekontor|Etätyö|Praca zdalna|Zdalnie",
}
NO_WORKPLACE = [None, "", "unspecified", "none", "On-site or remote", "Berlin", "Full-time", 1, True, ["x"], {}]
COUNTRY = {
    "DE": "DE|de|DEU|deu|D|Germany|Deutschland|Bundesrepublik Deutschland|Allemagne|Alemania|Germania|Duitsland"
    "|Alemanha|Niemcy|Tyskland|Saksa|Německo|Federal Republic of Germany|Germany (DE)|DE - Germany",
    "GB": "GB|UK|uk|GBR|United Kingdom|Great Britain|England|Scotland|Wales|Northern Ireland|U.K."
    "|United Kingdom of Great Britain and Northern Ireland|Vereinigtes Königreich|Royaume-Uni|Reino Unido"
    "|Regno Unito|Verenigd Koninkrijk|Wielka Brytania|Storbritannien|Storbritannia|Yhdistynyt kuningaskunta"
    "|The United Kingdom",
    "US": "US|USA|U.S.A.|U.S.|United States|United States of America|Vereinigte Staaten|États-Unis|Estados Unidos"
    "|EE. UU.|Stati Uniti|Verenigde Staten|Stany Zjednoczone|USA (US)|United States of America (the)",
    "CH": "CH|CHE|Switzerland|Schweiz|Suisse|Svizzera|Suiza|Zwitserland|Szwajcaria|Sveits|Sveitsi",
    "AT": "AT|AUT|A|Austria|Österreich|Autriche|Oostenrijk|Østrig|Østerrike|Itävalta",
    "NL": "NL|NLD|Netherlands|The Netherlands|Netherlands (the)|Holland|Nederland|Niederlande|Pays-Bas|Países Bajos"
    "|Holandia",
    "KR": "KR|KOR|South Korea|Korea, Republic of|Republic of Korea|Korea (the Republic of)|Korea|Südkorea",
    "TR": "TR|TUR|Turkey|Türkiye|Türkei|Turquie|Republic of Türkiye",
    "CZ": "CZ|CZE|Czechia|Czech Republic|Česko|Česká republika|Tschechien|Tjeckien",
    "PL": "PL|POL|Poland|Polska|Polen|Pologne|Puola|Polonia|Polónia",
    "RU": "RU|Russia|Russian Federation",
    "CN": "CN|China|Mainland China|People's Republic of China|Kina|Kiina",
    "TW": "TW|Taiwan|Taiwan, Province of China",
    "HK": "HK|Hong Kong|Hong Kong SAR",
    "IE": "IE|IRL|Ireland|Republic of Ireland|Irland|Ierland",
    "RO": "RO|ROU|Romania|Rumänien",
    "MD": "MD|Moldova, Republic of",
    "TZ": "TZ|Tanzania, United Republic of",
    "CI": "CI|Côte d'Ivoire|Ivory Coast",
    "GE": "GE|Georgia",
    "AE": "AE|UAE|United Arab Emirates",
    "BR": "BR|Brasil|Brazil",
    "VN": "VN|Viet Nam|Vietnam",
}
NO_COUNTRY = [
    None,
    "",
    "EU",
    "UN",
    "ZZ",
    "XX",
    "Europe",
    "EMEA",
    "Worldwide",
    "remote",
    "Granada",
    "Korea or Japan",
    49,
    True,
    [],
    {},
]
CURRENCY = {
    "EUR": "EUR|eur|€|Euro|EUR €|Euro (EUR)",
    "USD": "USD|usd|$|US$|US Dollar (USD)",
    "GBP": "GBP|£|Pound sterling",
    "PLN": "PLN|zł|Zł",
    "CHF": "CHF|chf|Schweizer Franken",
    "CAD": "CAD|C$",
    "CZK": "CZK|Kč",
}
NO_CURRENCY = [None, "", "kr", "XXX", "money", "EUR or USD", 978, True, [], {}]
INTERVAL = {
    "hour": "hour|HOUR|Hourly|per-hour-wage|1 HOUR|HUR|Per Hour|pro Stunde|par heure|por hora|per uur|za godzinę|/hour",
    "day": "day|DAY|daily|per-day-wage|1 DAY|Tagessatz|par jour",
    "week": "week|WEEK|weekly|per-week-salary|WEE|pro Woche",
    "month": "month|MONTH|Monthly|per-month-salary|1 MONTH|MON|Monat|monatlich|mensuel|al mes|mensile|per maand"
    "|miesięcznie|månad",
    "year": "year|YEAR|yearly|annually|Annual|per-year-salary|1 YEAR|ANN|per annum|p.a.|Jahr|jährlich|par an|an"
    "|anual|per jaar|rocznie|per år|year gross",
}
NO_INTERVAL = [None, "", "one-time", "bi-week-salary", "semi-month-salary", "NONE", "quarter", 1, True, [], {}]


def spellings(table):
    return [(word, kind) for kind, words in table.items() for word in words.split("|")]


@pytest.mark.parametrize(("said", "kind"), [*spellings(EMPLOYMENT), *((said, None) for said in NO_EMPLOYMENT)])
def test_employment_types(said, kind):
    assert text.employment_type(said) == kind


def test_a_list_of_kinds_is_one_kind():
    assert text.employment_type(["FULL_TIME", "PART_TIME"]) == "full_time"
    assert text.employment_type(["FULL_TIME", "TEMPORARY"]) == "temporary"
    assert text.employment_type(["PART_TIME", "INTERN"]) == "internship"
    assert text.employment_type(["OTHER"]) == "other"


@pytest.mark.parametrize(("said", "kind"), [*spellings(WORKPLACE), *((said, None) for said in NO_WORKPLACE)])
def test_workplaces(said, kind):
    assert text.workplace(said) == kind


@pytest.mark.parametrize(("said", "code"), [*spellings(COUNTRY), *((said, None) for said in NO_COUNTRY)])
def test_countries(said, code):
    assert text.country(said) == code


@pytest.mark.parametrize(("said", "code"), [*spellings(CURRENCY), *((said, None) for said in NO_CURRENCY)])
def test_currencies(said, code):
    assert text.currency(said) == code


@pytest.mark.parametrize(("said", "per"), [*spellings(INTERVAL), *((said, None) for said in NO_INTERVAL)])
def test_intervals(said, per):
    assert text.interval(said) == per


DAY = "2026-08-05T00:00:00"
TIME = "2026-08-05T10:10:39"
MOMENTS = {
    "2026-08-05": DAY,
    "20260805": DAY,
    "2026/08/05": DAY,
    "05.Aug.2026": DAY,
    "5.aug.2026": DAY,
    "2026-08-05T00:00": DAY,
    "2026-08-05 00:00:00": DAY,
    "5.8.2026": DAY,
    "05.08.2026": DAY,
    "05.08.26": DAY,
    "5.8.26": DAY,
    "August 5, 2026": DAY,
    "Aug 5, 2026": DAY,
    "Aug. 5, 2026": DAY,
    "Wednesday, August 5, 2026": DAY,
    "5 August 2026": DAY,
    "05-Aug-2026": DAY,
    "5-Aug-26": DAY,
    "5. August 2026": DAY,
    "5 août 2026": DAY,
    "5 de agosto de 2026": DAY,
    "5 sierpnia 2026": DAY,
    "5 elokuuta 2026": DAY,
    "2026-08-05T10:10:39": TIME,
    "2026-08-05T10:10:39Z": TIME,
    "2026-08-05 10:10:39 UTC": TIME,
    "2026-08-05 10:10:39 +0000 UTC": TIME,
    "2026-08-05T10:10:39Z[UTC]": TIME,
    "20260805T101039Z": TIME,
    "20260805101039": TIME,
    "2026-08-05T12:10:39+0200": TIME,
    "2026-08-05T12:10:39+02:00": TIME,
    "2026-08-05T12:10:39+02": TIME,
    "2026-08-05 06:10:39 -0400": TIME,
    "2026-08-05T12:10:39 CEST": TIME,
    "2026-08-05T10:10:39.1234567Z": TIME + ".123456",
    "2026-08-05T10:10:39.5Z": TIME + ".500000",
    "Wed, 05 Aug 2026 10:10:39 GMT": TIME,
    "Wed, 05 Aug 2026 10:10:39": TIME,
    "Wed, 05 Aug 2026 10:10:39 Z": TIME,
    "Wed, 5 Aug 2026 12:10:39 +0200": TIME,
    "Wed, 05 Aug 2026 06:10:39 EDT": TIME,
    "Wed, 05 Aug 2026 7:00:00 GMT": "2026-08-05T07:00:00",
    "Wed Aug 05 2026 12:10:39 GMT+0200 (CEST)": TIME,
    "Wed Aug 05 10:10:39 UTC 2026": TIME,
    "Wed Aug 05 12:10:39 CEST 2026": TIME,
    "Wed Aug  5 10:10:39 2026": TIME,
    "August 5, 2026 at 3:10 PM": "2026-08-05T15:10:00",
    "Sunday, 06-Nov-94 08:49:37 GMT": "1994-11-06T08:49:37",
    "1785924639": TIME,
    "1785924639000": TIME,
    "/Date(1785924639000)/": TIME,
    "/Date(1785924639000+0200)/": TIME,
    1785924639: TIME,
    1785924639000: TIME,
}
NO_MOMENT = [
    *(
        None,
        "",
        " ",
        "2024",
        2024,
        20240805,
        "202408",
        "2026-08",
        "08/2026",
        "00:00",
        "0000-00-00",
        "0000-00-00 00:00:00",
    ),
    *("2026-13-45", "2026-02-30", "2026-W32-3", "2026W323", "2026-08-05T25:00", "0001-01-01T00:00:00", "9999-12-31"),
    *(
        "1970-01-01",
        0,
        -1,
        10**400,
        "123456789",
        "12345678901",
        "Posted 3 Days Ago",
        "Heute",
        "Today",
        "tomorrow",
        "asap",
    ),
    *(
        "8/5/2026",
        "13/08/2026",
        "05-08-2026",
        "8/5/26",
        "5 Foo 2026",
        "2026-08-05T10:10 sometime next week",
        True,
        [],
        {},
    ),
]


@pytest.mark.parametrize(("said", "expected"), MOMENTS.items())
def test_moments(said, expected):
    assert text.moment(said) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize("said", NO_MOMENT)
def test_what_is_no_moment(said):
    assert text.moment(said) is None


@pytest.mark.parametrize(
    ("said", "first", "expected"),
    [
        ("8/5/2026", "month", "2026-08-05"),
        ("5/8/2026", "day", "2026-08-05"),
        ("08-05-2026", "month", "2026-08-05"),
        ("05-08-2026", "day", "2026-08-05"),
        ("8/5/26", "month", "2026-08-05"),
        ("8/5/2026 3:10:00 PM", "month", "2026-08-05T15:10:00"),
        ("12/8/2026 12:00:00 AM", "month", "2026-12-08"),
        ("13/08/2026", "day", "2026-08-13"),
        ("13/08/2026", "month", None),
        ("2026-08-05", "month", "2026-08-05"),
        ("5.8.2026", "month", "2026-08-05"),
    ],
)
def test_a_date_whose_order_is_known(said, first, expected):
    assert text.moment(said, first=first) == (expected and datetime.fromisoformat(expected).replace(tzinfo=UTC))


def test_an_epoch_in_milliseconds():
    assert text.moment(1785924639000, unit="ms") == text.moment(1785924639)
    assert text.moment(1785924, unit="ms") is None


NUMBERS = {
    "52000": 52000.0,
    "52000.00": 52000.0,
    "52000.000": 52000.0,
    "52,000": 52000.0,
    "52,000.00": 52000.0,
    "1,234,567.8": 1234567.8,
    "10,00,000": 1000000.0,
    "52.000,00": 52000.0,
    "52.000,00 €": 52000.0,
    "50.000 €": 50000.0,
    "€ 50.000": 50000.0,
    "1.234.567": 1234567.0,
    "1'234.50": 1234.5,
    "52 000 zł": 52000.0,
    "52\u00a0000": 52000.0,
    "12,5": 12.5,
    "15.50": 15.5,
    "0.125": 0.125,
    "-1.5": -1.5,
    "$50,000": 50000.0,
    "USD 50,000": 50000.0,
    "CA$25.50": 25.5,
    "50k": 50000.0,
    "52.5K": 52500.0,
    "€50k": 50000.0,
    7: 7.0,
    -1.5: -1.5,
    0: 0.0,
}


@pytest.mark.parametrize(("said", "expected"), NUMBERS.items())
def test_numbers(said, expected):
    assert text.number(said) == expected


@pytest.mark.parametrize(
    "said",
    [
        *(
            None,
            "",
            "1.234",
            "50.000",
            "1,2345",
            "$28 - $35",
            "28-35",
            "Competitive",
            "1_000",
            "1e5",
            "nan",
            "inf",
            "50,000,00",
        ),
        *(True, [], {}, float("nan"), float("inf"), 10**400, "1" * 400, "50 000 per year"),
    ],
)
def test_what_is_no_number(said):
    assert text.number(said) is None

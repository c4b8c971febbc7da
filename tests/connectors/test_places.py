"""Places in one line of text, in the forms that ATSs send: never a wrong country, never a way of working as a place."""

from __future__ import annotations

import pytest

from webapp.connectors._places import composed, located, places, town, with_state, work_model
from webapp.connectors._records import Location


def there(*said: str) -> tuple[Location, ...]:
    """`name | city | country` as a location; a part that is empty is absent."""
    return tuple(
        Location(*(part.strip() or None for part in one.split("|")[:2]), None, one.split("|")[2].strip() or None)
        for one in said
    )


@pytest.mark.parametrize(
    ("said", "expected"),
    {
        "London, UK; Remote": ["London, UK | London | GB"],
        "Berlin / Hamburg": ["Berlin |  | ", "Hamburg |  | "],
        "Berlin/Hamburg": ["Berlin |  | ", "Hamburg |  | "],
        "Frankfurt/Main": ["Frankfurt/Main |  | "],
        "Frankfurt / Main, Germany": ["Frankfurt / Main, Germany | Frankfurt | DE"],
        "London or Paris": ["London |  | ", "Paris |  | "],
        "Remote - Germany": ["Germany |  | DE"],
        "Remote (US)": ["US |  | US"],
        "Remote (US or Canada)": ["US |  | US", "Canada |  | CA"],
        "Remote-Friendly (Travel-Required) | Austin, TX": ["Austin, TX | Austin | "],
        "Ontario, California, USA": ["Ontario, California, USA | Ontario | US"],
        "Germany (Remote)": ["Germany |  | DE"],
        "Remote (Germany only)": ["Germany |  | DE"],
        "Berlin (Hybrid)": ["Berlin |  | "],
        "Multiple locations": [],
        "2 Locations": [],
        "Anywhere": [],
        "Worldwide": ["Worldwide |  | "],
        "EMEA": ["EMEA |  | "],
        "Remote - EMEA": ["EMEA |  | "],
        "Remote, US": ["US |  | US"],
        "US-Remote": ["US |  | US"],
        "US Remote": ["US |  | US"],
        "Remote in Germany": ["Germany |  | DE"],
        "Anywhere in the US": ["US |  | US"],
        "Remote - Anywhere in Europe": ["Europe |  | "],
        "DE-Berlin": ["DE-Berlin | Berlin | "],
        "FR-Paris": ["FR-Paris | Paris | FR"],
        "US-CA-San Francisco": ["US-CA-San Francisco | San Francisco | US"],
        "US-NY-New York": ["US-NY-New York | New York | US"],
        "TX-Dallas": ["TX-Dallas | Dallas | "],
        "Germany - Berlin": ["Germany - Berlin | Berlin | DE"],
        "US - East Coast": ["US - East Coast |  | US"],
        "Walldorf, BW, DE, 69190": ["Walldorf, BW, DE | Walldorf | DE"],
        "Walldorf, BW, DE": ["Walldorf, BW, DE | Walldorf | DE"],
        "Newark, DE": ["Newark, DE | Newark | "],
        "Berlin, DE": ["Berlin, DE | Berlin | "],
        "San Francisco, CA": ["San Francisco, CA | San Francisco | "],
        "San Francisco, CA 94105, USA": ["San Francisco, CA 94105, USA | San Francisco | US"],
        "Portland (Oregon)": ["Portland (Oregon) | Portland | "],
        "Berlin (Germany)": ["Berlin (Germany) | Berlin | DE"],
        "Torino (TO)": ["Torino (TO) | Torino | "],
        "Firenze (FI)": ["Firenze (FI) | Firenze | "],
        "Porto Alegre, RS": ["Porto Alegre, RS | Porto Alegre | "],
        "Atlanta, Georgia": ["Atlanta, Georgia | Atlanta | "],
        "Tbilisi, Georgia": ["Tbilisi, Georgia | Tbilisi | "],
        "London, United Kingdom and Paris, France": [
            "London, United Kingdom | London | GB",
            "Paris, France | Paris | FR",
        ],
        "Brighton and Hove, UK": ["Brighton and Hove, UK | Brighton and Hove | GB"],
        "Port of Spain, Trinidad and Tobago": ["Port of Spain, Trinidad and Tobago | Port of Spain | TT"],
        "New York, NY and Boston, MA": ["New York, NY | New York | ", "Boston, MA | Boston | "],
        "Berlin, Germany, London, UK": ["Berlin, Germany | Berlin | DE", "London, UK | London | GB"],
        "US, Canada": ["US |  | US", "Canada |  | CA"],
        "Hong Kong, China": ["Hong Kong, China |  | HK"],
        "San Juan, Puerto Rico, United States": ["San Juan, Puerto Rico, United States | San Juan | US"],
        "Lebanon, PA, US": ["Lebanon, PA, US | Lebanon | US"],
        "Lebanon, NH": ["Lebanon, NH |  | "],
        "London, Singapore": ["London, Singapore | London | "],
        "Singapore, Singapore": ["Singapore, Singapore | Singapore | SG"],
        "Singapore": ["Singapore |  | SG"],
        "London, England, United Kingdom": ["London, England, United Kingdom | London | GB"],
        "Hauptstraße 5, 10115 Berlin, Germany": ["Hauptstraße 5, 10115 Berlin, Germany | Berlin | DE"],
        "Berlin & Remote": ["Berlin |  | "],
        "Berlin / Remote": ["Berlin |  | "],
        "Paris/Remote": ["Paris |  | "],
        "NY/NJ": ["NY/NJ |  | "],
        "US/Canada": ["US |  | US", "Canada |  | CA"],
        "Remote - US/Canada": ["US |  | US", "Canada |  | CA"],
        "Berlin / Germany": ["Berlin / Germany | Berlin | DE"],
        "Non-remote": [],
        "No Remote": [],
        "Hybrid - London, UK": ["London, UK | London | GB"],
        "Fully Remote - Germany": ["Germany |  | DE"],
        "100% remote in Spain": ["Spain |  | ES"],
        "teilweise remote": [],
        "Homeoffice": [],
        "Home Office, Chicago": ["Chicago |  | "],
        "Télétravail": [],
        "Lyon (télétravail partiel)": ["Lyon |  | "],
        "München | Remote": ["München |  | "],
        "Köln, Zürich": ["Köln, Zürich | Köln | "],
        "Wien, Österreich": ["Wien, Österreich | Wien | AT"],
        "Washington, D.C.": ["Washington, D.C. | Washington | "],
        "Headquarters (Berlin)": ["Headquarters (Berlin) |  | "],
        "N/A": [],
        "Remote": [],
        "USA": ["USA |  | US"],
        "CA": ["CA |  | "],
        "Remote - DE": ["DE |  | "],
        "London - Canary Wharf": ["London - Canary Wharf |  | "],
        "Multiple Locations, Germany": ["Germany |  | DE"],
        "Toronto, ON, CA": ["Toronto, ON, CA | Toronto | CA"],
        "Île-de-France": ["Île-de-France |  | "],
        "Remote within the EU": ["EU |  | "],
        "Warszawa (praca zdalna)": ["Warszawa |  | "],
        "Remote - US - East Coast": ["US, East Coast |  | US"],
        "Phoenix, AZ or Remote": ["Phoenix, AZ | Phoenix | "],
        "Mexico City, Mexico": ["Mexico City, Mexico | Mexico City | MX"],
        "New York, New York": ["New York, New York | New York | "],
        "Belgrade, RS": ["Belgrade, RS | Belgrade | "],
        "Germany / Austria": ["Germany |  | DE", "Austria |  | AT"],
        "Zürich, CH": ["Zürich, CH | Zürich | CH"],
        "Flexible": [],
        "Canada - Toronto": ["Canada - Toronto | Toronto | CA"],
        "Paris, Île-de-France, France": ["Paris, Île-de-France, France | Paris | FR"],
        "Remote, London": ["London |  | "],
        "Jersey City, NJ": ["Jersey City, NJ | Jersey City | "],
        "Sydney, NSW, Australia": ["Sydney, NSW, Australia | Sydney | AU"],
        "Chicago Home Office": ["Chicago |  | "],
        "Paris (75)": ["Paris (75) | Paris | "],
        "-": [],
        "Remote (EMEA)": ["EMEA |  | "],
        "Remote (UK)": ["UK |  | GB"],
        "Hybrid (Berlin or Hamburg)": ["Berlin |  | ", "Hamburg |  | "],
        "Germany (Berlin or Hamburg)": ["Germany, Berlin | Berlin | DE", "Hamburg |  | "],
        "Hybrid London": ["London |  | "],
        "US": ["US |  | US"],
        "India, Bengaluru": ["India, Bengaluru | Bengaluru | IN"],
        "US, CA, Santa Clara": ["US, CA, Santa Clara | Santa Clara | US"],
        "UK, London": ["UK, London | London | GB"],
        "India, Remote": ["India |  | IN"],
        "Peru, Indiana": ["Peru, Indiana |  | "],
        "Mexico, Bogotá": ["Mexico, Bogotá |  | "],
        "Singapore, London": ["Singapore, London |  | "],
        "Germany, Berlin, Munich": ["Germany, Berlin, Munich |  | DE"],
        "Belo Horizonte, MG": ["Belo Horizonte, MG | Belo Horizonte | "],
        "Helsinki, FI": ["Helsinki, FI | Helsinki | FI"],
        "Bern (BE)": ["Bern (BE) | Bern | "],
        "Somewhere in la": ["Somewhere in la |  | "],
    }.items(),
)
def test_places_are_read_out_of_one_line(said, expected):
    assert places(said) == there(*expected)


@pytest.mark.parametrize(
    ("said", "expected"),
    {
        "London, UK; Remote": "remote",
        "London or Paris": None,
        "Remote - Germany": "remote",
        "Remote (US)": "remote",
        "Remote (US or Canada)": "remote",
        "Germany (Remote)": "remote",
        "Remote (Germany only)": "remote",
        "Berlin (Hybrid)": "hybrid",
        "2 Locations": None,
        "Anywhere": "remote",
        "Worldwide": None,
        "EMEA": None,
        "Remote - EMEA": "remote",
        "Remote, US": "remote",
        "US-Remote": "remote",
        "US Remote": "remote",
        "Remote in Germany": "remote",
        "Anywhere in the US": "remote",
        "Remote - Anywhere in Europe": "remote",
        "Berlin & Remote": "remote",
        "Berlin / Remote": "remote",
        "Paris/Remote": "remote",
        "Remote - US/Canada": "remote",
        "Non-remote": "on_site",
        "No Remote": "on_site",
        "Hybrid - London, UK": "hybrid",
        "Fully Remote - Germany": "remote",
        "100% remote in Spain": "remote",
        "teilweise remote": "hybrid",
        "Homeoffice": "remote",
        "Home Office, Chicago": "remote",
        "Télétravail": "remote",
        "Lyon (télétravail partiel)": "hybrid",
        "München | Remote": "remote",
        "Remote": "remote",
        "Remote - DE": "remote",
        "Remote within the EU": "remote",
        "Warszawa (praca zdalna)": "remote",
        "Remote - US - East Coast": "remote",
        "Phoenix, AZ or Remote": "remote",
        "Flexible": None,
        "Remote, London": "remote",
        "Chicago Home Office": "remote",
        "Remote (EMEA)": "remote",
        "Remote (UK)": "remote",
        "Hybrid (Berlin or Hamburg)": "hybrid",
        "Hybrid London": "hybrid",
        "Hybrid; Remote": None,
        "On-site or Remote": None,
    }.items(),
)
def test_a_way_of_working_is_read_out_of_a_place(said, expected):
    assert work_model(said) == expected


def test_what_is_no_text_is_no_place_and_a_place_is_said_once():
    assert places(None, "", " ; ", "Berlin", "Berlin; Remote") == (Location("Berlin"),)
    assert work_model(None) is None


@pytest.mark.parametrize("region", ["Texas, USA", "Remote (New Jersey, US)", "Ontario, Canada", "CA, United States"])
def test_a_region_that_stands_alone_is_no_town(region):
    (place,) = places(region)
    assert place.city is None
    assert place.region in ("Texas", "New Jersey", "Ontario", "CA")


@pytest.mark.parametrize(
    ("said", "city", "region", "country"),
    [
        ("Mumbai, Maharashtra, India", "Mumbai", "Maharashtra", "IN"),
        ("LONDON, LONDON, United Kingdom", "LONDON", "LONDON", "GB"),
        ("Belgium, Brussels Region, Brussels", "Brussels", "Brussels Region", "BE"),
        ("Bern, Switzerland", "Bern", None, "CH"),
        ("India, Multiple Locations, Multiple Locations", None, None, "IN"),
        ("Austin, TX", "Austin", None, None),
    ],
)
def test_a_place_that_a_system_composed_is_taken_apart(said, city, region, country):
    (place,) = composed(said)
    assert (place.city, place.region, place.country) == (city, region, country)


@pytest.mark.parametrize(
    ("said", "city", "region", "country"),
    [
        ("Austin, TX", "Austin", "TX", None),
        ("San Diego, CA", "San Diego", "CA", None),
        ("Lakewood, Colorado", "Lakewood", "Colorado", None),
        ("Malaga, Spain", "Malaga", None, "ES"),
        ("Lugano, Ticino, Switzerland", "Lugano", "Ticino", "CH"),
        ("Hybrid Remote, Sofia, Bulgaria", "Sofia", None, "BG"),
        ("Remote, TX", None, "TX", None),
        ("CA", None, None, None),
        ("London", None, None, None),
    ],
)
def test_the_state_behind_a_town(said, city, region, country):
    (place,) = with_state(said)
    assert (place.city, place.region, place.country) == (city, region, country)


def test_several_states_are_no_place():
    assert with_state("Remote, (Multiple States)", None, "") == ()


@pytest.mark.parametrize(
    ("said", "country", "found"),
    [
        (" Lyon ", "FR", "Lyon"),
        ("REMOTE", "US", None),
        ("Multiple Locations", "DE", None),
        ("Poland", "PL", None),
        ("Poland", "US", "Poland"),
        ("Singapore", "SG", "Singapore"),
        ("Luxembourg", "LU", "Luxembourg"),
        ("Georgia", "GE", "Georgia"),
        ("", None, None),
        (None, None, None),
    ],
)
def test_a_field_for_a_town(said, country, found):
    assert town(said, country) == found


def test_what_is_said_beside_a_name_is_of_a_single_place():
    assert located("Hobart, TAS", "AU") == [Location("Hobart, TAS", "Hobart", None, "AU")]
    assert located("Oslo", "NO", "Oslo fylke") == [Location("Oslo", None, "Oslo fylke", "NO")]
    assert located("Remote", "US") == [Location(country="US")]
    assert located(None, None) == [Location()]
    assert [place.country for place in located("London, UK; Paris, France", "GB")] == ["GB", "FR"]

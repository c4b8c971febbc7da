"""Northwind Foods, an invented company of shops, warehouses and an IT hub: what each of its ATSs holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html import escape

from tests.simulator._account import Job, Place

NAME = "Northwind Foods"
ABOUT = "Northwind Foods brings fresh food from 900 farms to 240 shops in eleven countries."
BEGINNING = datetime(2026, 9, 1, 6, tzinfo=UTC)
#: How long after it was posted each position was changed for the last time.
TOUCHED = timedelta(days=1, hours=3)

PLACES = {
    "BER": Place("Berlin", "Berlin", "DE"),
    "HAM": Place("Hamburg", "Hamburg", "DE"),
    "MUC": Place("München", "Bayern", "DE"),
    "CGN": Place("Köln", "Nordrhein-Westfalen", "DE"),
    "LEJ": Place("Leipzig", "Sachsen", "DE"),
    "VIE": Place("Wien", "Wien", "AT"),
    "ZRH": Place("Zürich", "Zürich", "CH"),
    "AMS": Place("Amsterdam", "Noord-Holland", "NL"),
    "LYS": Place("Lyon", "Auvergne-Rhône-Alpes", "FR"),
    "BCN": Place("Barcelona", "Catalunya", "ES"),
    "LIS": Place("Lisbon", "Lisboa", "PT"),
    "LHR": Place("London", "England", "GB"),
    "DUB": Place("Dublin", "Leinster", "IE"),
    "WAW": Place("Warsaw", "Mazowieckie", "PL"),
    "ATH": Place("Athens", "Attica", "GR"),
    "-ATH": Place("Athens", "Attica", "GR", hidden=True),
    "YYZ": Place("Toronto", "Ontario", "CA"),
    "SEA": Place("Seattle", "Washington", "US"),
    "AUS": Place("Austin", "Texas", "US"),
    "BOS": Place("Boston", "Massachusetts", "US"),
}

# role → language → (about, tasks, needs)
Texts = tuple[str, tuple[str, ...], tuple[str, ...]]
ROLES: dict[str, dict[str, Texts]] = {
    "shop": {
        "en": (
            "You run a shop as if it were your own, with a team of twelve & a counter that smells of bread.",
            ("Plan shifts and stock for the week", "Train new colleagues", "Keep waste under two percent"),
            ("Experience in food retail", "A calm hand on busy Saturdays"),
        ),
        "de": (
            "Du führst einen Markt, als wäre es dein eigener: zwölf Leute im Team & eine Theke, die nach Brot riecht.",
            ("Schichten und Bestand der Woche planen", "Neue einarbeiten", "Verderb unter zwei Prozent halten"),
            ("Erfahrung im Lebensmittelhandel", "Ruhe an vollen Samstagen"),
        ),
    },
    "counter": {
        "en": (
            "You advise guests at the counter and know where each cheese comes from.",
            ("Serve and advise", "Prepare the counter before opening", "Look after temperatures and dates"),
            ("A friendly manner", "Readiness to work early or late shifts"),
        ),
        "de": (
            "Du berätst an der Theke und weißt, woher jeder Käse kommt.",
            ("Bedienen und beraten", "Die Theke vor Öffnung vorbereiten", "Temperaturen und Daten im Blick behalten"),
            ("Freude am Gespräch", "Bereitschaft zu Früh- und Spätschicht"),
        ),
    },
    "warehouse": {
        "en": (
            "You keep forty thousand crates moving, every night, at two degrees.",
            ("Pick and load by voice", "Check incoming goods", "Drive a reach truck"),
            ("A forklift licence, or the wish to make one", "Sure-footed in cold rooms"),
        ),
        "de": (
            "Du hältst vierzigtausend Kisten in Bewegung, jede Nacht, bei zwei Grad.",
            ("Kommissionieren nach Sprache", "Wareneingang prüfen", "Schubmaststapler fahren"),
            ("Staplerschein oder die Lust, ihn zu machen", "Trittsicher in Kühlräumen"),
        ),
    },
    "driver": {
        "en": (
            "You bring the morning's bread to nine shops before they open.",
            ("Load and drive a fixed tour", "Hand over at the ramp", "Care for an electric truck"),
            ("Licence class C", "Good knowledge of the city"),
        ),
        "de": (
            "Du bringst das Brot des Morgens in neun Märkte, bevor sie öffnen.",
            ("Feste Tour laden und fahren", "Übergabe an der Rampe", "Einen Elektro-Lkw pflegen"),
            ("Führerschein Klasse C oder CE", "Gute Ortskenntnis"),
        ),
    },
    "planning": {
        "en": (
            "You decide which truck goes where, and what happens when it snows.",
            ("Plan tours for three regions", "Talk to carriers", "Measure punctuality and say what it means"),
            ("A degree or training in logistics", "Joy in numbers & people"),
        ),
        "de": (
            "Du entscheidest, welcher Lkw wohin fährt, und was bei Schnee geschieht.",
            ("Touren für drei Regionen planen", "Mit Speditionen verhandeln", "Pünktlichkeit messen und deuten"),
            ("Ausbildung oder Studium in Logistik", "Freude an Zahlen & Menschen"),
        ),
    },
    "software": {
        "en": (
            "You build what tells 240 shops how much to order tomorrow.",
            ("Write and review Python & TypeScript", "Own a service from design to on-call", "Pair with shop teams"),
            ("Three years of building web services", "Tests are part of your day, not an afterthought"),
        ),
        "de": (
            "Du baust, was 240 Märkten sagt, wie viel sie morgen bestellen.",
            ("Python & TypeScript schreiben und prüfen", "Einen Dienst ganz verantworten", "Mit Märkten arbeiten"),
            ("Drei Jahre Erfahrung mit Webdiensten", "Tests gehören für dich zum Tag"),
        ),
    },
    "data": {
        "en": (
            "You turn receipts and weather into a forecast that people trust.",
            ("Build and explain models", "Keep pipelines honest", "Present to buyers every month"),
            ("SQL and Python", "You would rather delete a dashboard than make another"),
        ),
    },
    "product": {
        "en": (
            "You find out what shop teams need, and what they can do without.",
            ("Spend two days a month in a shop", "Write short, clear plans", "Measure what changed"),
            ("Experience with internal tools", "You say no kindly"),
        ),
    },
    "people": {
        "en": (
            "You help 6,000 colleagues to have a good first day, and a good last one.",
            ("Advise managers", "Look after contracts and payroll changes", "Improve how we onboard"),
            ("Experience in human resources", "Discretion"),
        ),
        "de": (
            "Du sorgst für gute erste Tage, und für gute letzte.",
            ("Führungskräfte beraten", "Verträge und Abrechnung begleiten", "Das Ankommen verbessern"),
            ("Erfahrung in der Personalarbeit", "Verschwiegenheit"),
        ),
    },
    "finance": {
        "en": (
            "You close the books of four countries, on the third working day.",
            ("Month-end closing", "Questions of auditors", "Fewer spreadsheets"),
            ("Training in accounting", "Fluent in IFRS or willing to become so"),
        ),
        "de": (
            "Du schließt die Bücher von vier Ländern, am dritten Werktag.",
            ("Monatsabschluss", "Fragen der Prüfung beantworten", "Weniger Tabellen"),
            ("Ausbildung in der Buchhaltung", "Sicher in HGB"),
        ),
    },
    "quality": {
        "en": (
            "You make sure that what is on the label is in the jar.",
            ("Audit suppliers", "Follow up complaints", "Keep our certificates"),
            ("A degree in food science", "HACCP"),
        ),
        "de": (
            "Du sorgst dafür, dass im Glas ist, was auf dem Etikett steht.",
            ("Lieferanten prüfen", "Reklamationen nachgehen", "Zertifikate erhalten"),
            ("Studium der Lebensmitteltechnologie", "HACCP"),
        ),
    },
    "buying": {
        "en": (
            "You know 60 farms by name and what a fair price for a tomato is.",
            ("Negotiate by the season", "Visit growers", "Plan the range with the shops"),
            ("Experience in fresh produce", "A second language"),
        ),
        "de": (
            "Du kennst 60 Höfe beim Namen und weißt, was eine Tomate kosten darf.",
            ("Saisonal verhandeln", "Betriebe besuchen", "Das Sortiment mit den Märkten planen"),
            ("Erfahrung mit Obst und Gemüse", "Eine zweite Sprache"),
        ),
    },
    "learning": {
        "en": (
            "You learn a trade with us, from the ramp to the office.",
            ("See every department", "Take on your own small project", "Learn with eleven others"),
            ("A finished school year", "Curiosity"),
        ),
        "de": (
            "Du lernst bei uns einen Beruf, von der Rampe bis ins Büro.",
            ("Jede Abteilung sehen", "Ein eigenes kleines Projekt", "Mit elf anderen lernen"),
            ("Ein Schulabschluss", "Neugier"),
        ),
    },
}
OFFERS = {
    "en": ("Thirty days of leave", "A third off our food", "A ticket for local trains & buses"),
    "de": ("Dreißig Tage Urlaub", "Ein Drittel Rabatt auf unsere Waren", "Ein Ticket für Bus & Bahn"),
}
HEADINGS = {
    "en": ("Your tasks", "What you bring", "What we offer"),
    "de": ("Deine Aufgaben", "Dein Profil", "Das bieten wir"),
}


def _points(items: tuple[str, ...]) -> str:
    return "<ul>" + "".join(f"<li>{escape(item)}</li>" for item in items) + "</ul>"


def _parts(role: str, language: str) -> tuple[tuple[str, str], ...]:
    about, *lists = ROLES[role][language]
    lists.append(OFFERS[language])
    return ("", f"<p>{escape(about)}</p>"), *zip(HEADINGS[language], map(_points, lists), strict=True)


def job(
    id: str, day: int, title: str | dict[str, str], role: str, department: str, places: str, **parts: object
) -> Job:
    """A position published `day` days after 1 September 2026; `places` are keys of `PLACES`, the first the main one."""
    titles = {"en": title} if isinstance(title, str) else title
    posted = BEGINNING + timedelta(days=day)
    return Job(
        id=id,
        title=titles,
        department=department,
        places=tuple(PLACES[key] for key in places.split()),
        parts={language: _parts(role, language) for language in titles},
        posted=posted,
        changed=posted + TOUCHED,
        **parts,  # type: ignore[arg-type]
    )


def eur(low: int, high: int, per: str = "year") -> tuple[int, int, str, str]:
    return low, high, "EUR", per


WORKABLE = [
    job("A10B7C2D01", 3, "Head of Fresh Produce", "buying", "Buying", "AMS", workplace="hybrid", pay=eur(82000, 98000)),
    job("A10B7C2D02", 5, "Senior Buyer, Citrus & Stone Fruit", "buying", "Buying", "BCN LIS", pay=eur(46000, 58000)),
    job("A10B7C2D03", 9, "Group Accountant", "finance", "Finance", "DUB", workplace="hybrid", pay=eur(48000, 56000)),
    job("A10B7C2D04", 12, "People Partner, Northern Europe", "people", "People", "HAM AMS", workplace="hybrid"),
    job("A10B7C2D05", 15, "Food Safety Auditor", "quality", "Quality", "LYS", pay=eur(41000, 47000)),
    job("A10B7C2D06", 20, "Network Planner", "planning", "Logistics", "WAW", workplace="hybrid"),
    job("A10B7C2D07", 24, "Data Analyst, Demand", "data", "Data", "ATH", workplace="remote", pay=eur(38000, 46000)),
    job("A10B7C2D08", 30, "Store Manager, Camden", "shop", "Shops", "LHR", pay=(36000, 41000, "GBP", "year")),
    job("A10B7C2D09", 33, "Night Shift Lead, Cold Store", "warehouse", "Logistics", "LHR"),
    job("A10B7C2D10", 41, "Cheesemonger, part-time", "counter", "Shops", "DUB", employment="part_time"),
    job("A10B7C2D11", 48, "Product Manager, Shop Tools", "product", "Product", "BER", workplace="hybrid"),
    job("A10B7C2D12", 55, "Internship in Buying", "learning", "Buying", "AMS", employment="internship"),
    job("A10B7C2D13", 57, "Regional Sales Trainer", "shop", "Shops", "ZRH -ATH"),
    job("A10B7C2D14", 60, "Driver Coordinator", "planning", "Logistics", "WAW", state="draft"),
    job("A10B7C2D15", 60, "Sample: Office Manager", "people", "People", "ATH", mark="sample"),
    job("A10B7C2D16", 61, "Chief of a thing not yet announced", "product", "Board", "DUB", mark="confidential"),
    job("A10B7C2D17", 8, "Store Manager, Howth", "shop", "Shops", "DUB", state="closed"),
]

BAMBOOHR = [
    job("101", 2, "Store Manager, Capitol Hill", "shop", "Shops", "SEA", pay=(68000, 79000, "USD", "year")),
    job("102", 6, "Assistant Store Manager", "shop", "Shops", "AUS", pay=(24, 29, "USD", "hour")),
    job("103", 10, "Cheese Counter Associate", "counter", "Shops", "BOS", employment="part_time"),
    job("104", 11, "Warehouse Associate, Nights", "warehouse", "Logistics", "SEA", pay=(22, 26, "USD", "hour")),
    job("105", 17, "Delivery Driver", "driver", "Logistics", "YYZ", pay=(25, 31, "CAD", "hour")),
    job("106", 22, "Transport Planner", "planning", "Logistics", "YYZ", workplace="hybrid"),
    job("107", 25, "Food Safety Specialist", "quality", "Quality", "AUS"),
    job("108", 31, "Payroll Specialist", "finance", "Finance", "BOS", workplace="remote"),
    job("109", 38, "HR Generalist", "people", "People", "SEA", workplace="hybrid"),
    job("110", 44, "Local Buyer, Texas Farms", "buying", "Buying", "AUS"),
    job("111", 52, "Holiday Season Associate", "counter", "Shops", "BOS", employment="temporary"),
    job("112", 58, "Data Analyst, Pricing", "data", "Data", "SEA", workplace="remote"),
    job("115", 57, "Deputy Head of Transport", "planning", "Logistics", "YYZ", mark="internal"),
    job("113", 59, "Store Manager, Back Bay", "shop", "Shops", "BOS", state="draft"),
    job("114", 4, "Store Manager, Ballard", "shop", "Shops", "SEA", state="closed"),
]

PERSONIO = [
    job(
        "2001001",
        1,
        {"de": "Marktleitung (m/w/d)", "en": "Store Manager (f/m/d)"},
        "shop",
        "Märkte",
        "BER",
        pay=eur(45000, 52000),
    ),
    job("2001002", 4, {"de": "Verkäufer:in Frischetheke (m/w/d)"}, "counter", "Märkte", "HAM CGN MUC"),
    job("2001003", 7, {"de": "Aushilfe Frischetheke (m/w/d)"}, "counter", "Märkte", "MUC", employment="part_time"),
    job("2001004", 13, {"de": "Fachkraft für Lagerlogistik (m/w/d)"}, "warehouse", "Logistik", "LEJ"),
    job("2001005", 14, {"de": "Berufskraftfahrer:in CE (m/w/d)"}, "driver", "Logistik", "LEJ BER"),
    job(
        "2001006",
        21,
        {"de": "Tourenplanung (m/w/d)", "en": "Tour Planner (f/m/d)"},
        "planning",
        "Logistik",
        "CGN",
        workplace="hybrid",
    ),
    job(
        "2001007",
        27,
        {"de": "Softwareentwickler:in Filialsysteme (m/w/d)", "en": "Software Engineer, Shop Systems"},
        "software",
        "IT",
        "BER",
        workplace="remote",
        pay=eur(62000, 78000),
    ),
    job("2001008", 35, {"de": "Personalreferent:in (m/w/d)", "en": "HR Officer (f/m/d)"}, "people", "Personal", "HAM"),
    job("2001009", 40, {"de": "Bilanzbuchhalter:in (m/w/d)"}, "finance", "Finanzen", "HAM", workplace="hybrid"),
    job("2001010", 46, {"de": "Qualitätsmanagement Obst & Gemüse (m/w/d)"}, "quality", "Qualität", "VIE"),
    job("2001011", 50, {"en": "International Buyer, Fruit (f/m/d)"}, "buying", "Einkauf", "MUC", pay=eur(52000, 64000)),
    job(
        "2001012",
        56,
        {"de": "Ausbildung Kaufleute im Einzelhandel (m/w/d)"},
        "learning",
        "Ausbildung",
        "BER LEJ",
        employment="internship",
    ),
    job("2001013", 62, {"de": "Marktleitung Salzburg (m/w/d)"}, "shop", "Märkte", "VIE", state="draft"),
]

GREENHOUSE = [
    job("5001001", 2, "Backend Engineer, Ordering", "software", "Engineering", "BER LIS", pay=eur(70000, 88000)),
    job("5001002", 8, "Senior Backend Engineer, Forecasting", "software", "Engineering", "LIS", pay=eur(62000, 80000)),
    job("5001003", 11, "Frontend Engineer, Shop Screens", "software", "Engineering", "BER", workplace="remote"),
    job("5001004", 16, "Site Reliability Engineer", "software", "Platform", "DUB", workplace="remote"),
    job("5001005", 19, "Data Scientist, Freshness", "data", "Data", "AMS", pay=eur(64000, 82000)),
    job("5001006", 26, "Analytics Engineer", "data", "Data", "LIS"),
    job("5001007", 32, "Product Designer, Handhelds", "product", "Product", "BER"),
    job("5001008", 36, "Product Manager, Warehouse", "product", "Product", "WAW"),
    job("5001009", 43, "IT Support Engineer, Shops", "software", "IT", "LHR", pay=(34000, 40000, "GBP", "year")),
    job("5001010", 49, "Security Engineer", "software", "Platform", "DUB BER"),
    job("5001011", 53, "Working Student, Data", "data", "Data", "BER", employment="part_time"),
    job("5001012", 59, "Engineering Internship", "learning", "Engineering", "LIS", employment="internship"),
    job("5001013", 60, "Do not see your role? Tell us", "learning", "Engineering", "BER", mark="prospect"),
    job("5001014", 61, "Head of Platform", "software", "Platform", "DUB", state="draft"),
]

FEED = [
    job("NF-3001", 1, "Seasonal Picker, Citrus", "warehouse", "Harvest", "BCN", employment="temporary"),
    job("NF-3002", 3, "Shop Assistant, Gràcia", "counter", "Shops", "BCN", pay=eur(1450, 1600, "month")),
    job("NF-3003", 10, "Shop Assistant, Croix-Rousse", "counter", "Shops", "LYS", employment="part_time"),
    job("NF-3004", 13, "Baker, night shift", "counter", "Bakery", "LYS", pay=eur(2300, 2600, "month")),
    job("NF-3005", 18, "Delivery Rider", "driver", "Logistics", "AMS", pay=eur(15, 17, "hour")),
    job("NF-3006", 23, "Fleet Technician", "driver", "Logistics", "AMS"),
    job("NF-3007", 28, "Store Manager, Jordaan", "shop", "Shops", "AMS", pay=eur(42000, 48000)),
    job("NF-3008", 34, "Warehouse Supervisor", "warehouse", "Logistics", "LIS"),
    job(
        "NF-3009",
        39,
        "Translator, product labels",
        "quality",
        "Quality",
        "LIS",
        workplace="remote",
        employment="contract",
    ),
    job("NF-3010", 45, {"de": "Filialleitung (m/w/d)"}, "shop", "Filialen", "VIE", pay=eur(41000, 47000)),
    job("NF-3011", 51, {"de": "Lagerhilfe (m/w/d)"}, "warehouse", "Logistik", "ZRH", employment="part_time"),
    job("NF-3012", 57, "Regional Planner, Iberia", "planning", "Logistics", "BCN LIS", workplace="hybrid"),
]

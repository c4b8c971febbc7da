"""What the further ATSs of Northwind Foods hold; the company, its places and its texts are in `northwind`."""

from __future__ import annotations

from tests.simulator._account import guid
from tests.simulator.northwind import eur, job

UKG = [
    job(guid(31, 1), 2, "Line Lead, Bottling", "warehouse", "Production", "AUS", pay=(31, 31, "USD", "hour")),
    job(guid(31, 2), 5, "Machine Operator, Nights", "warehouse", "Production", "AUS", pay=(24, 24, "USD", "hour")),
    job(guid(31, 3), 9, "Quality Technician, Juices", "quality", "Quality", "BOS"),
    job(guid(31, 4), 12, "Maintenance Planner", "planning", "Engineering", "SEA BOS"),
    job(guid(31, 5), 14, "Route Driver, Ontario", "driver", "Distribution", "YYZ", pay=(28, 28, "CAD", "hour")),
    job(guid(31, 6), 19, "Distribution Planner", "planning", "Distribution", "YYZ", workplace="hybrid"),
    job(guid(31, 7), 23, "Payroll Analyst, North America", "finance", "Finance", "BOS", workplace="remote"),
    job(guid(31, 8), 27, "People Partner, Plants", "people", "People", "AUS", workplace="hybrid"),
    job(guid(31, 9), 33, {"en": "Plant Controller", "de": "Werkscontrolling"}, "finance", "Finance", "SEA"),
    job(guid(31, 10), 37, "Sanitation Crew Member", "warehouse", "Production", "BOS", employment="part_time"),
    job(guid(31, 11), 42, "Data Analyst, Yield", "data", "Data", "SEA", workplace="remote"),
    job(guid(31, 12), 47, "Buyer, Packaging", "buying", "Buying", "AUS SEA"),
    job(guid(31, 13), 54, "Forklift Operator", "warehouse", "Distribution", "YYZ", employment="part_time"),
    job(guid(31, 14), 58, "Deputy Plant Manager", "shop", "Production", "AUS", mark="internal"),
    job(guid(31, 15), 60, "Brewer, not yet approved", "quality", "Production", "BOS", state="draft"),
    job(guid(31, 16), 7, "Line Lead, Canning", "warehouse", "Production", "AUS", state="closed"),
]

WORKDAY = [
    job("R-1001", 1, "Head of Supply Chain", "planning", "Supply Chain", "AMS", workplace="hybrid"),
    job("R-1002", 3, "Freight Planner, Rail", "planning", "Supply Chain", "AMS LYS"),
    job("R-1003", 4, "Customs Specialist", "finance", "Supply Chain", "LHR"),
    job("R-1004", 6, "Warehouse Shift Manager", "warehouse", "Supply Chain", "WAW"),
    job("R-1005", 8, "Reach Truck Driver", "warehouse", "Supply Chain", "WAW", employment="part_time"),
    job("R-1006", 10, "Cold Chain Engineer", "quality", "Engineering", "LYS"),
    job("R-1007", 13, "Automation Engineer", "software", "Engineering", "BER", workplace="hybrid"),
    job("R-1008", 15, "Energy Manager, Stores", "planning", "Engineering", "DUB"),
    job("R-1009", 18, "Treasury Analyst", "finance", "Finance", "AMS", workplace="hybrid"),
    job("R-1010", 20, "Tax Accountant", "finance", "Finance", "ZRH"),
    job("R-1011", 22, "Internal Auditor", "finance", "Finance", "LHR DUB"),
    job("R-1012", 25, "Billing Clerk", "finance", "Finance", "LIS", employment="part_time"),
    job("R-1013", 28, "Learning Designer", "people", "People", "BCN", workplace="remote"),
    job("R-1014", 30, "Recruiter, Stores", "people", "People", "LHR", workplace="hybrid"),
    job("R-1015", 32, {"de": "Ausbildungsleitung (m/w/d)"}, "people", "People", "HAM"),
    job("R-1016", 35, "Category Manager, Dairy", "buying", "Buying", "LYS"),
    job("R-1017", 38, "Category Manager, Bakery", "buying", "Buying", "VIE"),
    job("R-1018", 40, "Sourcing Analyst", "data", "Buying", "ATH", workplace="remote"),
    job("R-1019", 43, "Product Owner, Ordering", "product", "Technology", "BER", workplace="hybrid"),
    job("R-1020", 45, "Platform Engineer", "software", "Technology", "LIS", workplace="remote"),
    job("R-1021", 48, "Data Engineer, Freshness", "data", "Technology", "LIS BER"),
    job("R-1022", 52, "Service Desk Agent", "software", "Technology", "WAW"),
    job("R-1023", 55, "Food Safety Lead", "quality", "Quality", "BCN"),
    job("R-1024", 59, "Trainee, Supply Chain", "learning", "Supply Chain", "AMS", employment="internship"),
    job("R-1025", 60, "Deputy Head of Treasury", "finance", "Finance", "AMS", mark="internal"),
    job("R-1026", 61, "Reorganisation Lead", "people", "People", "AMS", state="draft"),
    job("R-1027", 5, "Network Planner, Alps", "planning", "Supply Chain", "ZRH", state="closed"),
]

LEVER = [
    job(guid(41, 1), 2, "Founding Barista", "counter", "Coffee Bars", "BER", pay=eur(2400, 2700, "month")),
    job(guid(41, 2), 6, "Coffee Roaster", "quality", "Roastery", "LIS", pay=eur(26000, 31000)),
    job(guid(41, 3), 9, "Head of Coffee Bars", "shop", "Coffee Bars", "BER LHR", workplace="hybrid"),
    job(guid(41, 4), 11, "Bar Manager, Shoreditch", "shop", "Coffee Bars", "LHR", pay=(33000, 38000, "GBP", "year")),
    job(guid(41, 5), 17, "Green Coffee Buyer", "buying", "Roastery", "AMS"),
    job(guid(41, 6), 21, "Machine Technician", "driver", "Service", "AMS BER"),
    job(guid(41, 7), 26, "Mobile Engineer, Coffee App", "software", "Product", "LIS", workplace="remote"),
    job(guid(41, 8), 29, "Product Designer, Coffee App", "product", "Product", "BER", workplace="hybrid"),
    job(guid(41, 9), 36, "Growth Analyst", "data", "Product", "LIS", workplace="remote"),
    job(guid(41, 10), 41, "Barista, weekends", "counter", "Coffee Bars", "DUB", employment="part_time"),
    job(guid(41, 11), 46, "Pop-up Crew, Christmas Markets", "counter", "Coffee Bars", "VIE", employment="temporary"),
    job(guid(41, 12), 53, "Internship, Roastery", "learning", "Roastery", "LIS", employment="internship"),
    job(guid(41, 13), 58, "Bar Manager, Kreuzberg", "shop", "Coffee Bars", "BER", mark="internal"),
    job(guid(41, 14), 60, "Bar Manager, Alfama", "shop", "Coffee Bars", "LIS", state="draft"),
]

ASHBY = [
    job(guid(51, 1), 1, "Staff Engineer, Routing", "software", "Engineering", "BER", pay=eur(92000, 115000)),
    job(guid(51, 2), 4, "Engineer, Picking Robots", "software", "Engineering", "AMS", workplace="hybrid"),
    job(guid(51, 3), 8, "Machine Learning Engineer", "data", "Data", "LIS", workplace="remote", pay=eur(68000, 86000)),
    job(guid(51, 4), 12, "Data Engineer, Receipts", "data", "Data", "LIS DUB"),
    job(guid(51, 5), 16, "Engineering Manager, Shops", "software", "Engineering", "DUB", workplace="hybrid"),
    job(guid(51, 6), 19, "Product Manager, Routing", "product", "Product", "BER"),
    job(guid(51, 7), 24, "User Researcher", "product", "Product", "LHR", workplace="hybrid"),
    job(guid(51, 8), 31, "Security Analyst", "software", "Security", "WAW", workplace="remote"),
    job(guid(51, 9), 34, "Robot Technician, Nights", "driver", "Robots", "AMS", pay=eur(21, 25, "hour")),
    job(guid(51, 10), 39, "Technical Recruiter", "people", "People", "BER", employment="contract"),
    job(guid(51, 11), 44, "Working Student, Robots", "learning", "Robots", "BER", employment="part_time"),
    job(guid(51, 12), 50, "Internship, Data", "learning", "Data", "LIS", employment="internship"),
    job(guid(51, 13), 57, "Head of Robots", "product", "Robots", "AMS", mark="prospect"),
    job(guid(51, 14), 60, "Director of Engineering", "software", "Engineering", "BER", state="draft"),
]

SMARTRECRUITERS = [
    job("744000061000001", 2, {"de": "Filialleitung Graben (m/w/d)"}, "shop", "Märkte", "VIE"),
    job("744000061000002", 6, {"de": "Verkauf Brot & Gebäck (m/w/d)"}, "counter", "Märkte", "VIE"),
    job("744000061000003", 11, {"de": "Kommissionierung Tiefkühl (m/w/d)"}, "warehouse", "Logistik", "ZRH"),
    job("744000061000004", 15, {"de": "Fahrer:in C/CE Nahverkehr (m/w/d)"}, "driver", "Logistik", "ZRH"),
    job("744000061000005", 18, {"de": "Disposition Alpen (m/w/d)"}, "planning", "Logistik", "ZRH", workplace="hybrid"),
    job("744000061000006", 22, {"de": "Lohnverrechnung (m/w/d)"}, "finance", "Finanzen", "VIE", workplace="hybrid"),
    job("744000061000007", 28, {"de": "Einkauf Milch & Käse (m/w/d)"}, "buying", "Einkauf", "VIE"),
    job("744000061000008", 34, "Store Systems Engineer", "software", "IT", "VIE", workplace="remote"),
    job("744000061000009", 39, "Retail Data Analyst", "data", "IT", "ZRH", workplace="remote"),
    job("744000061000010", 45, {"de": "Qualitätssicherung Fleisch (m/w/d)"}, "quality", "Qualität", "VIE"),
    job("744000061000011", 49, {"de": "Regalbetreuung (m/w/d)"}, "counter", "Märkte", "ZRH", employment="part_time"),
    job("744000061000012", 56, {"de": "Lehre Einzelhandel"}, "learning", "Ausbildung", "VIE", employment="internship"),
    job("744000061000013", 58, {"de": "Marktleitung Seefeld (m/w/d)"}, "shop", "Märkte", "ZRH", mark="internal"),
    job("744000061000014", 60, {"de": "Filialleitung Mariahilf (m/w/d)"}, "shop", "Märkte", "VIE", state="draft"),
]

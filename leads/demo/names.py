"""The words from which the borrowers of the demonstration are put together. All of them are invented."""

from __future__ import annotations

#: Half of a business's name; the trade is the other half.
HOUSES = (
    "Alder Creek", "Amberline", "Anchor Bay", "Archway", "Ashgrove", "Aspen Row", "Badger Hill", "Baker & Lund",
    "Barrel Street", "Bayberry", "Beacon Yard", "Birchwood", "Blue Heron", "Bluestem", "Bramble & Oak", "Briar Lane",
    "Bright Harbor", "Brookstone", "Buckeye", "Calder", "Canyon Gate", "Caraway", "Cedar Bluff", "Chestnut",
    "Clearwater", "Clover Field", "Cobblestone", "Copper Kettle", "Cottonwood", "Crescent", "Cross Creek", "Dawson",
    "Deer Run", "Delgado & Sons", "Driftwood", "Dry Fork", "Eastgate", "Elkhorn", "Elm & Ember", "Evergreen Park",
    "Fairweather", "Falcon Ridge", "Fernbrook", "Fieldhouse", "Finch & Finch", "Five Mile", "Flint Hills", "Foxglove",
    "Garrison", "Goldenrod", "Granite Peak", "Greenleaf", "Gulf Breeze", "Hadley", "Harbor & Pine", "Hawthorn",
    "Hazelnut", "Heartland", "Hickory", "High Mesa", "Highland Park", "Hillcrest", "Hollow Oak", "Huckleberry",
    "Iron Oak", "Ivy Street", "Juniper", "Kestrel", "Keystone Row", "Kingfisher", "Lakeshore", "Lantern",
    "Larkspur", "Laurel Canyon", "Lighthouse", "Linden", "Lone Cypress", "Long Prairie", "Magnolia", "Maple & Main",
    "Marigold", "Marlow", "Meadowlark", "Mesa Verde", "Mill Pond", "Mockingbird", "Montrose", "Mosaic",
    "Mountain Laurel", "Northgate", "Oak Hollow", "Okafor Family", "Old Town", "Orchard Park", "Osprey", "Otter Creek",
    "Palmetto", "Pelican", "Pine Barrens", "Piper & Roe", "Prairie Sky", "Quail Run", "Quarry Street", "Red Barn",
    "Redwood", "Riverbend", "Rosewood", "Saddleback", "Sandhill", "Seven Pines", "Silver Birch", "Stonebridge",
    "Summit Avenue", "Sycamore", "Tamarack", "Three Rivers", "Tidewater", "Timberline", "Walnut Grove", "Willow Bend",
)  # fmt: skip

#: The trade in the name, and the industry that it is filed under.
TRADES = (
    ("Coffee Roasters", "Food & drink"), ("Freight Lines", "Transport"), ("Dental Studio", "Health"),
    ("Heating & Cooling", "Trades"), ("Bakery", "Food & drink"), ("Landscaping", "Trades"),
    ("Auto Repair", "Automotive"), ("Childcare", "Education"), ("Roofing", "Construction"),
    ("Brewing Co.", "Food & drink"), ("Veterinary Clinic", "Health"), ("Print Works", "Manufacturing"),
    ("Physical Therapy", "Health"), ("Cabinetry", "Manufacturing"), ("Towing & Recovery", "Automotive"),
    ("Fitness Club", "Leisure"), ("Catering", "Food & drink"), ("Electric", "Trades"),
    ("Home Builders", "Construction"), ("Outfitters", "Retail"), ("Florists", "Retail"),
    ("Cold Storage", "Logistics"), ("Machine Shop", "Manufacturing"), ("Hotel & Suites", "Hospitality"),
)  # fmt: skip

FIRST_NAMES = (
    "Aaliyah", "Adam", "Aisha", "Alma", "Andre", "Anita", "Ben", "Bianca", "Carlos", "Carmen", "Cole", "Daniela",
    "Darnell", "Devon", "Elena", "Eli", "Esther", "Farid", "Gloria", "Grace", "Hank", "Hannah", "Ibrahim", "Ines",
    "Jamal", "Jin", "Joanna", "Jorge", "Keiko", "Kofi", "Laila", "Leon", "Lucia", "Marcus", "Marta", "Mei", "Miguel",
    "Nadia", "Noah", "Olga", "Omar", "Paula", "Pete", "Priya", "Rafael", "Ravi", "Rosa", "Ruth", "Samir", "Sofia",
    "Tara", "Terrence", "Thu", "Tomas", "Uma", "Vera", "Walt", "Wendy", "Yusuf", "Zoe",
)  # fmt: skip

LAST_NAMES = (
    "Abara", "Acosta", "Adler", "Bautista", "Becker", "Boone", "Castellano", "Chavez", "Cho", "Dalton", "Diaz",
    "Easton", "Ferris", "Fontaine", "Gaines", "Gupta", "Haddad", "Hale", "Hansen", "Ito", "Jacobs", "Kaplan", "Kelly",
    "Larsen", "Lockett", "Madani", "Mbeki", "Mercer", "Nair", "Novak", "Ocampo", "Olsen", "Park", "Pereira", "Quinn",
    "Ramos", "Rowe", "Sandoval", "Shah", "Sloan", "Tran", "Ueda", "Vance", "Vega", "Webb", "Whitaker", "Yoon",
)  # fmt: skip

#: City, state, its telephone area, and the first digits of its postal codes.
PLACES = (
    ("San Francisco", "CA", "415", "941"), ("Austin", "TX", "512", "787"), ("Chicago", "IL", "312", "606"),
    ("Miami", "FL", "305", "331"), ("Denver", "CO", "303", "802"), ("Atlanta", "GA", "404", "303"),
    ("Seattle", "WA", "206", "981"), ("Boston", "MA", "617", "021"), ("Phoenix", "AZ", "602", "850"),
    ("Columbus", "OH", "614", "432"), ("Portland", "OR", "503", "972"), ("New York", "NY", "212", "100"),
)  # fmt: skip

STREETS = ("Market St", "Oak Ave", "2nd St", "Mill Rd", "Commerce Dr", "Lakeview Blvd", "Depot St", "Industrial Way")
PURPOSES = ("Working capital", "Equipment", "SBA 7(a)", "Term loan", "Line of credit", "Real estate", "Refinance")
EXTRA_TAGS = ("Repeat client", "Referral", "Spanish", "Seasonal", "Veteran-owned", "High value")
LOST_REASONS = (
    "Went with another lender", "Rate too high", "Credit score too low", "No longer needs funding",
    "Never sent the documents",
)  # fmt: skip

"""The provinces of the home market by ISO 3166-2 code: where lenders' money is spread."""

from typing import Final

PROVINCES: Final = {
    "KH-1": "Banteay Meanchey",
    "KH-2": "Battambang",
    "KH-3": "Kampong Cham",
    "KH-4": "Kampong Chhnang",
    "KH-5": "Kampong Speu",
    "KH-6": "Kampong Thom",
    "KH-7": "Kampot",
    "KH-8": "Kandal",
    "KH-9": "Koh Kong",
    "KH-10": "Kratie",
    "KH-11": "Mondulkiri",
    "KH-12": "Phnom Penh",
    "KH-13": "Preah Vihear",
    "KH-14": "Prey Veng",
    "KH-15": "Pursat",
    "KH-16": "Ratanakiri",
    "KH-17": "Siem Reap",
    "KH-18": "Preah Sihanouk",
    "KH-19": "Stung Treng",
    "KH-20": "Svay Rieng",
    "KH-21": "Takeo",
    "KH-22": "Oddar Meanchey",
    "KH-23": "Kep",
    "KH-24": "Pailin",
    "KH-25": "Tboung Khmum",
}

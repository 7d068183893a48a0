"""What operators put right: purposes of movements that the written rules got wrong."""

from risk.corrections.errors import CorrectionNamesNobody
from risk.corrections.events import CategoryCorrected
from risk.corrections.model import CategoryCorrection
from risk.corrections.service import (
    correct_category,
    get_rulebook,
    list_corrections,
)

__all__ = [
    "CategoryCorrected",
    "CategoryCorrection",
    "CorrectionNamesNobody",
    "correct_category",
    "get_rulebook",
    "list_corrections",
]

"""Documents people are shown and sign, printed in Khmer and English from one source."""

from contracts.documents.press import Language, Press
from contracts.documents.sources import Kind, Source, loan_agreement

__all__ = [
    "Kind",
    "Language",
    "Press",
    "Source",
    "loan_agreement",
]

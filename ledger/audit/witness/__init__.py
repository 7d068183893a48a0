"""Witness logs: cosign a head only when it has grown from the one seen before.

A program for somebody who is not the log's operator; it knows logs' public keys and one
small file of its own, and nothing of the platform's database.
"""

from ledger.audit.cosigning import Cosigner, WitnessKey
from ledger.audit.witness.judging import Objection, judge
from ledger.audit.witness.keys import load_cosigner, make_cosigner
from ledger.audit.witness.store import Seen, Store
from ledger.audit.witness.submission import SUBMISSION_BYTES, Submission
from ledger.audit.witness.witness import SIZE, Answer, Witness

__all__ = [
    "SIZE",
    "SUBMISSION_BYTES",
    "Answer",
    "Cosigner",
    "Objection",
    "Seen",
    "Store",
    "Submission",
    "Witness",
    "WitnessKey",
    "judge",
    "load_cosigner",
    "make_cosigner",
]

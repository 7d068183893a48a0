"""The certificate of completion: who signed what, with which key, and where it is proven."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from contracts.agreement import Party
from contracts.documents.consent import consent_sha256
from contracts.documents.sources import Kind, Source, named
from contracts.signing import AgreementMessage


@dataclass(frozen=True)
class Entry:
    """A place in the audit log, with the C2SP tlog-proof of it."""

    index: int
    proof: str


@dataclass(frozen=True)
class Signer:
    """One party's signature. A click has no key and no signature."""

    role: str
    party: Party
    level: str
    signed_at: datetime
    key_id: str
    public: str
    holder: str
    signature: str
    entry: Entry


@dataclass(frozen=True)
class Lender:
    """A lender's acceptance by pledge, under the reference the agreement uses."""

    reference: str
    level: str
    accepted_at: datetime


@dataclass(frozen=True)
class Total:
    """One signature made of several: of how many signers, with how many keys."""

    signature: str
    signers: int
    keys: int
    entry: Entry


@dataclass(frozen=True)
class Completion:
    """All that the certificate says; ``head`` is the log's signed note it rests on."""

    loan_id: str
    made_on: date
    message: AgreementMessage
    consent: dict[str, str]
    pledge_consent: dict[str, str]
    signers: Sequence[Signer]
    agreement: Total | None
    lenders: Sequence[Lender]
    pledges: Total | None
    head: str
    is_witnessed: bool


def completion(done: Completion) -> Source:
    """Write the certificate's source, with every proof in full."""
    forms = {name: sha.hex() for name, sha in done.message.forms.items()}
    facts = {
        "platform": done.message.platform,
        "forms": {"page.html": done.message.document_hash.hex(), **forms},
        "consent": done.consent,
        "consent_sha256": consent_sha256(done.consent),
        "pledge_consent": done.pledge_consent,
        "pledge_consent_sha256": consent_sha256(done.pledge_consent),
        "signers": [_signer(one) for one in done.signers],
        "agreement": asdict(done.agreement) if done.agreement else None,
        "lenders": [asdict(one) for one in done.lenders],
        "pledges": asdict(done.pledges) if done.pledges else None,
        "head": done.head,
        "is_witnessed": done.is_witnessed,
    }
    return Source(Kind.COMPLETION, done.loan_id, done.made_on, facts)


def _signer(one: Signer) -> dict[str, object]:
    return {**asdict(one), "party": named(one.party)}

"""What was signed: each signature with its message, and the one made of many."""

from datetime import datetime

from api.http.callers import Known, Staff
from api.http.depends import Db
from api.http.router import make_router
from api.wire import AnyRef, Cut, Out, PageOut
from contracts.signing import SignatureLevel
from finance import signing
from finance.signing import Purpose, Signature, SignatureTotal, SignerRole

router = make_router("signatures")


class SignatureOut(Out):
    """Somebody's word on exact bytes; all bytes are in hexadecimal."""

    id: str
    party: str
    role: SignerRole
    purpose: Purpose
    concerns: str
    subject: str
    level: SignatureLevel
    message: str
    key: str | None
    signature: str | None
    signed_at: datetime
    verified_at: datetime | None
    total: str | None

    @classmethod
    def of(cls, row: Signature) -> "SignatureOut":
        """Show a signature."""
        return cls(
            id=row.id,
            party=row.party,
            role=SignerRole(row.role),
            purpose=Purpose(row.purpose),
            concerns=row.concerns,
            subject=row.subject,
            level=SignatureLevel(row.level),
            message=row.message.hex(),
            key=row.key,
            signature=row.signature.hex() if row.signature else None,
            signed_at=row.signed_at,
            verified_at=row.verified_at,
            total=row.total,
        )


class TotalOut(Out):
    """One signature of many: ``signers`` counts signatures, ``keys`` distinct keys."""

    id: str
    purpose: Purpose
    concerns: str
    signature: str
    signers: int
    keys: int
    made_at: datetime

    @classmethod
    def of(cls, row: SignatureTotal) -> "TotalOut":
        """Show a total."""
        return cls(
            id=row.id,
            purpose=Purpose(row.purpose),
            concerns=row.concerns,
            signature=row.signature.hex(),
            signers=row.signers,
            keys=row.keys,
            made_at=row.made_at,
        )


@router.get("/signatures")
async def list_signatures(
    db: Db, caller: Known, cut: Cut, concerns: AnyRef | None = None
) -> PageOut[SignatureOut]:
    """List one's own signatures, newest first; staff see all, or those of one thing."""
    page = await db.read(
        signing.list_signatures,
        party_id=caller.within(None),
        concerns=concerns,
        after=cut.after,
        limit=cut.limit,
    )
    return PageOut[SignatureOut].of(page, SignatureOut.of)


@router.get("/signature-totals")
async def list_totals(db: Db, cut: Cut, _: Staff) -> PageOut[TotalOut]:
    """List what offers and agreements were signed with, newest first."""
    page = await db.read(signing.list_totals, after=cut.after, limit=cut.limit)
    return PageOut[TotalOut].of(page, TotalOut.of)

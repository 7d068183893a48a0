"""What raising decides: values in, a verdict out; no database and no clock."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from contracts.documents import Consent, consent, consent_sha256
from contracts.signing import SignatureLevel
from finance.raising.errors import (
    AboveShare,
    BelowMinimum,
    BeyondTarget,
    DeadlinePassed,
    NotWholeUnits,
    OfferFull,
    OfferNotOpen,
    OfferNotStarted,
    OfferStillRunning,
    OfferTermsWrong,
    OwnOffer,
    ReflectionOver,
    ReflectionRunning,
)
from finance.raising.model import Offer, Pledge, Product
from finance.rulepacks import RulePack
from ledger.canonical import canonical, plain
from ledger.clock import business_date
from ledger.errors import ensure
from ledger.ids import PartyId
from ledger.money import BPS_PER_ONE, Money, Rounding


@dataclass(frozen=True)
class OfferTerms:
    """What an issuer asks for; fixed once the offer is open.

    Left out, ``cap`` is the target, ``min_pledge`` the market's least, ``step`` the
    least the currency can pay, and the offer opens at once. ``agreed`` is the hash of
    what the product offers beside these numbers, say a loan's terms.
    """

    product: Product
    issuer: PartyId
    subject: str
    target: Money
    deadline_at: datetime
    cap: Money | None = None
    min_pledge: Money | None = None
    step: Money | None = None
    opens_at: datetime | None = None
    agreed: bytes = b""


@dataclass(frozen=True)
class Bounds:
    """The numbers an offer keeps, in minor units, after the market's rules."""

    opens_at: datetime
    cap: Money
    min_pledge: Money
    step: Money
    party_cap: Money
    reflection_days: int
    least_level: SignatureLevel


class Closing(StrEnum):
    """How an offer ends."""

    FUND = "fund"
    FAIL = "fail"


def settle_bounds(terms: OfferTerms, rules: RulePack, *, now: datetime) -> Bounds:
    """Fill in what the terms leave out and refuse what the market does not allow.

    Raises:
        OfferTermsWrong: With the rule that is broken.
    """
    on = business_date(now)
    currency = terms.target.currency
    step = terms.step or Money(currency.settlement_step, currency)
    cap = terms.cap or terms.target
    least = rules.money("pledge_min", currency, on=on)
    min_pledge = terms.min_pledge or _round_up(least, step)
    for amount in (terms.target, cap, min_pledge, step):
        amount.require_positive()
        amount.require_settleable()
        _require(amount.currency is currency, "all amounts are in one currency")
    _require_cap(terms, cap, rules.bps("overfunding_cap", on=on))
    _require(
        all(part.minor % step.minor == 0 for part in (terms.target, cap, min_pledge)),
        "target, cap and least pledge are whole units",
    )
    min_pledge = min(min_pledge, terms.target, key=lambda amount: amount.minor)
    opens_at = terms.opens_at or now
    _require_time(terms, opens_at, rules, now)
    share = rules.bps("pledge_share_max", on=on)
    return Bounds(
        opens_at=opens_at,
        cap=cap,
        min_pledge=min_pledge,
        step=step,
        party_cap=_round_up(cap.times_bps(share, rounding=Rounding.DOWN), step),
        reflection_days=rules.days("reflection_period", on=on),
        least_level=least_level(rules, terms.product, on=on),
    )


def least_level(rules: RulePack, product: Product, *, on: date) -> SignatureLevel:
    """Return how strongly a product's papers are signed at least."""
    levels = list(SignatureLevel)
    rank = rules.count(f"signature_level_{product}", on=on)
    ensure(0 <= rank < len(levels), "a level is 0 click, 1 simple, 2 BLS or 3 CA")
    return levels[rank]


def hash_terms(terms: OfferTerms, bounds: Bounds) -> bytes:
    """Hash what an offer promises, and the words of consent: what each lender signs."""
    fixed = {
        "product": terms.product.value,
        "issuer": terms.issuer,
        "subject": terms.subject,
        "target": terms.target,
        "cap": bounds.cap,
        "min_pledge": bounds.min_pledge,
        "step": bounds.step,
        "opens_at": bounds.opens_at,
        "deadline_at": terms.deadline_at,
        "reflection_days": bounds.reflection_days,
        "agreed_sha256": terms.agreed.hex(),
        "consent_sha256": consent_sha256(consent(Consent.PLEDGE)),
    }
    return hashlib.sha256(canonical(plain(fixed))).digest()


def _require_cap(terms: OfferTerms, cap: Money, overfunding_bps: int) -> None:
    if terms.product is Product.LOAN:
        _require(cap == terms.target, "a loan never takes more than its target")
    most = terms.target.times_bps(BPS_PER_ONE + overfunding_bps, rounding=Rounding.DOWN)
    _require(
        terms.target <= cap <= most, "the cap lies between the target and the most"
    )


def _require_time(
    terms: OfferTerms, opens_at: datetime, rules: RulePack, now: datetime
) -> None:
    on = business_date(now)
    _require(opens_at >= now, "an offer opens now or later")
    least = timedelta(days=rules.days("offer_open_min", on=on))
    most = timedelta(days=rules.days("offer_open_max", on=on))
    _require(
        least <= terms.deadline_at - opens_at <= most,
        "an offer is open as long as the market allows",
    )


def _require(condition: object, rule: str) -> None:
    if not condition:
        raise OfferTermsWrong(rule=rule)


def _round_up(amount: Money, step: Money) -> Money:
    return Money(-(-amount.minor // step.minor) * step.minor, amount.currency)


def require_taking_pledges(offer: Offer, *, now: datetime) -> None:
    """Refuse a pledge before the start, after the deadline, or to an ended offer."""
    if not offer.is_open:
        raise OfferNotOpen(status=offer.status)
    if now < offer.opens_at:
        raise OfferNotStarted(opens_at=offer.opens_at.isoformat())
    if now >= offer.deadline_at:
        raise DeadlinePassed(deadline_at=offer.deadline_at.isoformat())


def require_stranger(offer: Offer, party_id: PartyId) -> None:
    """Refuse the issuer's own money."""
    if offer.issuer == party_id:
        raise OwnOffer


def require_room(offer: Offer, amount: Money) -> None:
    """Refuse what the offer cannot take; the last pledge may be below the least.

    Raises:
        CurrencyMismatch, NotWholeUnits, OfferFull, BeyondTarget, BelowMinimum.
    """
    remaining = offer.remaining
    exceeds = amount > remaining
    if amount.minor % offer.step_minor:
        raise NotWholeUnits(step_minor=offer.step_minor)
    if not remaining:
        raise OfferFull
    if exceeds:
        raise BeyondTarget(remaining_minor=remaining.minor, currency=offer.currency)
    if amount < offer.min_pledge and amount != remaining:
        raise BelowMinimum(
            minimum_minor=offer.min_pledge_minor, currency=offer.currency
        )


def require_share(offer: Offer, amount: Money, *, pledged_before: int) -> None:
    """Refuse more than one party may take of an offer."""
    allowed = offer.party_cap_minor - pledged_before
    if amount.minor > allowed:
        raise AboveShare(allowed_minor=allowed)


def require_reflection(pledge: Pledge, *, now: datetime) -> None:
    """Refuse to withdraw a pledge whose time to think again is over."""
    if now >= pledge.reflection_until:
        raise ReflectionOver(until=pledge.reflection_until.isoformat())


def judge_closing(
    offer: Offer, *, reflection_until: datetime | None, now: datetime
) -> Closing:
    """Say how an open offer ends, or refuse while that may still change.

    An offer ends when it is full or its deadline has come. Short of its target it fails
    at once, since pledges can only become fewer. Otherwise it waits until the last
    pledge's reflection period is over: what is captured can no longer be withdrawn.
    """
    if offer.remaining and now < offer.deadline_at:
        raise OfferStillRunning(deadline_at=offer.deadline_at.isoformat())
    if offer.pledged < offer.target:
        return Closing.FAIL
    if reflection_until is not None and now < reflection_until:
        raise ReflectionRunning(until=reflection_until.isoformat())
    return Closing.FUND

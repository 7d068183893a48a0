"""What people can do: open an offer, pledge, think again, close."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from contracts.signing import PledgeMessage, SignatureLevel
from finance import rulepacks, signing, wallets
from finance.raising import repository, rules
from finance.raising.errors import OfferNotOpen, PledgeKnown
from finance.raising.events import (
    OfferCancelled,
    OfferFailed,
    OfferFunded,
    OfferOpened,
    PledgePlaced,
    PledgeWithdrawn,
)
from finance.raising.model import Offer, OfferStatus, Pledge, PledgeStatus
from finance.raising.rules import Closing, OfferTerms
from finance.rulepacks import RulePack
from finance.signing import Custody, Signature
from finance.wallets import chart
from ledger import holds
from ledger.database import UnitOfWork
from ledger.errors import Refusal
from ledger.ids import AccountId, EntryId, PartyId, new_id
from ledger.money import Money

CLOSE_BATCH = 20

log = structlog.get_logger()


@dataclass(frozen=True)
class OwnSignature:
    """What a lender signed with its own key, and the id its pledge was promised."""

    pledge_id: str
    signature: bytes


async def open_offer(
    uow: UnitOfWork, *, terms: OfferTerms, market: RulePack | None = None
) -> Offer:
    """Open an offer with terms that nobody can change afterwards.

    The rules are those of ``market``, the home market's when left out.

    Raises:
        OfferTermsWrong: The market's rules of today do not allow them.
    """
    bounds = rules.settle_bounds(terms, market or rulepacks.home(), now=uow.now())
    offer_id = new_id("offer", uow.now())
    currency = terms.target.currency
    offer = Offer(
        id=offer_id,
        product=terms.product.value,
        issuer=terms.issuer,
        subject=terms.subject,
        escrow=await chart.escrow(uow, offer_id, currency, cap=bounds.cap.minor),
        currency=currency,
        target_minor=terms.target.minor,
        cap_minor=bounds.cap.minor,
        min_pledge_minor=bounds.min_pledge.minor,
        step_minor=bounds.step.minor,
        party_cap_minor=bounds.party_cap.minor,
        reflection_days=bounds.reflection_days,
        terms_sha256=rules.hash_terms(terms, bounds),
        least_level=bounds.least_level.value,
        opens_at=bounds.opens_at,
        deadline_at=terms.deadline_at,
        status=OfferStatus.OPEN.value,
        pledged_minor=0,
    )
    uow.add(offer)
    uow.record(
        OfferOpened(
            offer_id,
            terms.product.value,
            terms.subject,
            terms.issuer,
            terms.target,
            bounds.cap,
            bounds.min_pledge,
            bounds.step,
            bounds.opens_at,
            terms.deadline_at,
        )
    )
    return offer


async def place_pledge(
    uow: UnitOfWork,
    *,
    offer_id: str,
    party_id: PartyId,
    amount: Money,
    custody: Custody | None = None,
    own: OwnSignature | None = None,
) -> Pledge:
    """Promise a party's money to an open offer: held at once, captured at closing.

    It is signed first, with the key held for the party when there is ``custody``, or it
    was by its ``own`` key, over what ``pledge_message`` told; then
    the offer is locked, then the accounts, so that no two pledges can take the same
    room and none waits for another's signature.

    Raises:
        OfferNotOpen, OfferNotStarted, DeadlinePassed: It takes no pledges now.
        OfferFull, BeyondTarget, AboveShare: There is no room for this one.
        BelowMinimum, NotWholeUnits, CurrencyMismatch: The amount is not allowed.
        OwnOffer: The issuer cannot fund itself.
        LevelTooLow, SigningKeyMissing: The offer asks for a stronger signature.
        SignatureInvalid, PledgeKnown: The own signature does not do, or was used.
        WalletMissing, WalletClosed, InsufficientFunds: There is no money for it.
    """
    amount.require_positive()
    amount.require_settleable()
    wallet = await wallets.find_wallet(uow, party_id=party_id, currency=amount.currency)
    promise = _promise(uow, party_id, amount=amount, own=own)
    signature = await _sign(
        uow, promise, offer_id=offer_id, custody=custody if wallet else None, own=own
    )
    offer = await repository.get_offer_for_update(uow, offer_id)
    # Under the lock: the same signature may come twice at once, and names this offer.
    if own and await repository.is_known(uow, promise.id):
        raise PledgeKnown
    rules.require_taking_pledges(offer, now=uow.now())
    rules.require_stranger(offer, party_id)
    rules.require_room(offer, amount)
    await _require_share(uow, offer, party_id, amount)
    account = wallets.require_open(wallet, amount.currency)
    pledge = await _hold(uow, offer, promise, account)
    SignatureLevel(signature.level).require(SignatureLevel(offer.least_level))
    signing.keep(uow, signature)
    offer.pledged_minor += amount.minor
    uow.record(
        PledgePlaced(pledge.id, offer.id, party_id, amount), entries=[pledge.hold]
    )
    return pledge


async def withdraw_pledge(
    uow: UnitOfWork, *, pledge_id: str, party_id: PartyId
) -> Pledge:
    """Think again: let go an own pledge within its reflection period.

    Raises:
        NotFound: There is no such pledge of this party.
        PledgeEnded: The offer was closed, or the pledge withdrawn before.
        ReflectionOver: The time to think again has passed.
    """
    pledge, offer = await repository.get_pledge_and_offer_for_update(
        uow, pledge_id, party_id
    )
    pledge.require_held()
    rules.require_reflection(pledge, now=uow.now())
    released = await _release(uow, [pledge])
    pledge.end(PledgeStatus.WITHDRAWN, uow.now())
    offer.pledged_minor -= pledge.amount_minor
    uow.record(
        PledgeWithdrawn(pledge.id, offer.id, party_id, pledge.amount), entries=released
    )
    return pledge


async def close_offer(uow: UnitOfWork, *, offer_id: str) -> Offer:
    """End an offer: capture every pledge when funded, let every one go when not.

    It may be closed at its deadline, or sooner when full; an offer that reached its
    target waits until no pledge can be withdrawn any more. A closed offer stays as it
    is, so closing twice is safe.

    Raises:
        OfferStillRunning, ReflectionRunning: The outcome may still change.
    """
    offer = await repository.get_offer_for_update(uow, offer_id)
    if offer.is_open:
        await _close(uow, offer)
    return offer


async def close_due_offers(uow: UnitOfWork, *, limit: int = CLOSE_BATCH) -> list[str]:
    """End the offers whose outcome is certain, some at a time; return their ids.

    One that cannot be ended, say because a lender's account is frozen, is left as it
    was and does not keep the others from ending.
    """
    due = await repository.list_due_for_update(uow, uow.now(), limit)
    return [offer.id for offer in due if await _try_to_close(uow, offer)]


async def cancel_offer(uow: UnitOfWork, *, offer_id: str, reason: str) -> Offer:
    """Stop an offer before its end and let every pledge go."""
    offer = await repository.get_offer_for_update(uow, offer_id)
    if not offer.is_open:
        raise OfferNotOpen(status=offer.status)
    pledges = await _release_all(uow, offer)
    offer.close(OfferStatus.CANCELLED, uow.now())
    uow.record(OfferCancelled(offer.id, offer.product, offer.subject, reason, pledges))
    return offer


async def list_captured(uow: UnitOfWork, *, offer_id: str) -> list[Pledge]:
    """Return who funded an offer with how much, in the order they pledged."""
    return list(await repository.list_of_offer(uow, offer_id, PledgeStatus.CAPTURED))


async def _require_share(
    uow: UnitOfWork, offer: Offer, party_id: PartyId, amount: Money
) -> None:
    if offer.party_cap_minor == offer.cap_minor:
        return  # The room left is the tighter limit, and was judged.
    before = await repository.sum_pledged(uow, offer.id, party_id)
    rules.require_share(offer, amount, pledged_before=before)


@dataclass(frozen=True)
class _Promise:
    """A pledge as it is to be: its id, whose, and how much."""

    id: str
    party: PartyId
    amount: Money


async def pledge_message(
    uow: UnitOfWork, *, offer_id: str, party_id: PartyId, amount: Money, platform: str
) -> PledgeMessage:
    """Return what a party signs with its own key to pledge, with an id for the pledge."""
    amount.require_positive()
    amount.require_settleable()
    promise = _Promise(new_id("plg", uow.now()), party_id, amount)
    return await _message(uow, promise, offer_id=offer_id, platform=platform)


def _promise(
    uow: UnitOfWork, party_id: PartyId, *, amount: Money, own: OwnSignature | None
) -> _Promise:
    pledge_id = own.pledge_id if own else new_id("plg", uow.now())
    return _Promise(pledge_id, party_id, amount)


async def _message(
    uow: UnitOfWork, promise: _Promise, *, offer_id: str, platform: str
) -> PledgeMessage:
    return PledgeMessage(
        platform,
        promise.id,
        offer_id,
        promise.party,
        promise.amount,
        await repository.get_terms_hash(uow, offer_id),
    )


async def _sign(
    uow: UnitOfWork,
    promise: _Promise,
    *,
    offer_id: str,
    custody: Custody | None,
    own: OwnSignature | None,
) -> Signature:
    platform = signing.platform_of(custody)
    message = await _message(uow, promise, offer_id=offer_id, platform=platform)
    act = signing.Act(
        signing.Purpose.PLEDGE,
        concerns=offer_id,
        subject=promise.id,
        party=promise.party,
        role=signing.SignerRole.LENDER,
        message=message.encoded(),
    )
    given = own.signature if own else None
    return await signing.prepare(uow, act=act, custody=custody, given=given)


async def _hold(
    uow: UnitOfWork, offer: Offer, promise: _Promise, account: AccountId
) -> Pledge:
    now = uow.now()
    hold = holds.NewHold(
        EntryId(new_id("entry", now)),
        debit=account,
        credit=AccountId(offer.escrow),
        units=promise.amount.minor,
        effective_on=uow.today(),
        kind="pledge",
    )
    await holds.place(uow, [hold])
    pledge = Pledge(
        id=promise.id,
        offer=offer.id,
        party=promise.party,
        hold=hold.id,
        amount=promise.amount,
        status=PledgeStatus.HELD.value,
        placed_at=now,
        reflection_until=now + timedelta(days=offer.reflection_days),
    )
    uow.add(pledge)
    return pledge


async def _try_to_close(uow: UnitOfWork, offer: Offer) -> bool:
    offer_id, told = offer.id, len(uow.recorded)
    try:
        async with uow.session.begin_nested():
            await _close(uow, offer)
    except Refusal as refusal:
        del uow.recorded[told:]
        log.warning("offer_not_closed", offer=offer_id, code=refusal.code)
        return False
    return True


async def _close(uow: UnitOfWork, offer: Offer) -> None:
    last = await repository.find_last_reflection(uow, offer.id)
    ending = rules.judge_closing(offer, reflection_until=last, now=uow.now())
    facts = offer.id, offer.product, offer.subject
    if ending is Closing.FUND:
        pledges = await _capture_all(uow, offer)
        offer.close(OfferStatus.FUNDED, uow.now())
        uow.record(OfferFunded(*facts, offer.issuer, offer.pledged, pledges))
    else:
        pledges = await _release_all(uow, offer)
        offer.close(OfferStatus.FAILED, uow.now())
        uow.record(OfferFailed(*facts, offer.pledged, pledges))


async def _capture_all(uow: UnitOfWork, offer: Offer) -> int:
    held = await repository.list_of_offer(uow, offer.id, PledgeStatus.HELD)
    captures = [
        holds.Capture(EntryId(new_id("entry", uow.now())), EntryId(pledge.hold))
        for pledge in held
    ]
    await holds.capture(uow, captures, effective_on=uow.today(), kind="pledge.captured")
    await repository.end_held(uow, offer.id, PledgeStatus.CAPTURED, uow.now())
    return len(held)


async def _release_all(uow: UnitOfWork, offer: Offer) -> int:
    held = await repository.list_of_offer(uow, offer.id, PledgeStatus.HELD)
    await _release(uow, held)
    await repository.end_held(uow, offer.id, PledgeStatus.RELEASED, uow.now())
    return len(held)


async def _release(uow: UnitOfWork, pledges: Sequence[Pledge]) -> list[EntryId]:
    releases = [
        holds.Release(EntryId(new_id("entry", uow.now())), EntryId(pledge.hold))
        for pledge in pledges
    ]
    await holds.release(uow, releases, effective_on=uow.today(), kind="pledge.released")
    return [release.id for release in releases]

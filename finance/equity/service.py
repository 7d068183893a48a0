"""What people can do with shares: create a class, offer it, issue what was raised."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from finance import approvals, raising, rulepacks, wallets
from finance.approvals import Approval
from finance.equity import register, repository
from finance.equity.errors import (
    NotEnoughShares,
    ShareClassMalformed,
    TargetNotWhole,
)
from finance.equity.events import (
    ShareClassCreated,
    ShareOfferApproved,
    ShareOfferReviewed,
    SharesIssued,
)
from finance.equity.model import ShareClass, ShareClassStatus
from finance.raising import Offer, OfferTerms, Pledge, Product
from finance.wallets import PayoutPurpose, Platform, chart
from ledger import entries
from ledger.database import UnitOfWork
from ledger.errors import ensure, existing
from ledger.ids import AccountId, EntryId, PartyId, new_id
from ledger.money import BPS_PER_ONE, Money, Rounding
from risk import identity

KIND: Final = "share_offer"
MOST_SHARES: Final = 10**12


async def create_share_class(
    uow: UnitOfWork, *, issuer_id: PartyId, name: str, price: Money, authorised: int
) -> ShareClass:
    """Make a class of shares of a verified firm; none is issued yet."""
    issuer = await identity.get_party(uow, party_id=issuer_id)
    issuer.require_verified()
    price.require_positive()
    price.require_settleable()
    if not 0 < authorised <= MOST_SHARES:
        raise ShareClassMalformed(most=MOST_SHARES)
    share_id = new_id("share", uow.now())
    share = ShareClass(
        id=share_id,
        issuer=issuer_id,
        name=name,
        price=price,
        authorised=authorised,
        unissued_account=await register.open_class(uow, share_id, authorised),
        status=ShareClassStatus.CREATED.value,
        created_at=uow.now(),
    )
    uow.add(share)
    uow.record(ShareClassCreated(share_id, issuer_id, price, authorised))
    return share


async def allot_founders(
    uow: UnitOfWork, *, share_id: str, founders: Sequence[tuple[PartyId, int]]
) -> ShareClass:
    """Write the shares that exist before an offer into the register.

    Later there is no room for them: an offer counts on what was not issued.
    """
    share = await repository.get_share_class(uow, share_id, lock=True)
    share.require(ShareClassStatus.CREATED)
    for party_id, _ in founders:
        await identity.get_party(uow, party_id=party_id)
    unissued = AccountId(share.unissued_account)
    await register.issue(uow, share.id, unissued, founders)
    return share


async def review_share_offer(
    uow: UnitOfWork,
    *,
    share_id: str,
    operator_id: PartyId,
    target: Money,
    open_days: int,
    note: str,
) -> Approval:
    """Recommend an offer, on exactly these terms; a second operator decides."""
    share = await repository.get_share_class(uow, share_id, lock=True)
    approvals.require_stranger(operator_id, asks=share.issuer)
    share.move(ShareClassStatus.REVIEWED, after=ShareClassStatus.CREATED)
    cap = await _cap_of(uow, share, target)
    approval = await approvals.propose(
        uow,
        kind=KIND,
        concerns=share.id,
        request={
            "kind": KIND,
            "share_class": share.id,
            "target_minor": str(target.minor),
            "cap_minor": str(cap.minor),
            "open_days": open_days,
        },
        by=operator_id,
        note=note,
    )
    await uow.session.flush()
    share.approval = approval.id
    uow.record(ShareOfferReviewed(share.id, approval.id, reviewer=operator_id))
    return approval


async def _cap_of(uow: UnitOfWork, share: ShareClass, target: Money) -> Money:
    """Return the most that may be raised: the over-funding rule, in whole shares."""
    target.require_positive()
    if target.currency is not share.currency or target.minor % share.price_minor:
        raise TargetNotWhole(price_minor=share.price_minor)
    most_bps = BPS_PER_ONE + rulepacks.home().bps("overfunding_cap", on=uow.today())
    cap = target.times_bps(most_bps, rounding=Rounding.DOWN)
    units = cap.minor // share.price_minor
    unissued = await register.count_unissued(uow, AccountId(share.unissued_account))
    if units > unissued:
        raise NotEnoughShares(unissued=unissued)
    return Money(units * share.price_minor, share.currency)


async def approve_share_offer(
    uow: UnitOfWork, *, share_id: str, operator_id: PartyId
) -> Offer:
    """Agree, as a second person, and offer the shares."""
    share = await repository.get_share_class(uow, share_id, lock=True)
    approvals.require_stranger(operator_id, asks=share.issuer)
    share.require(ShareClassStatus.REVIEWED)
    approval_id = existing(share.approval, "a reviewed offer has its proposal")
    proposed = await approvals.get_approval(uow, approval_id=approval_id)
    request: Mapping[str, object] = proposed.request
    await approvals.approve(
        uow, approval_id=approval_id, request=request, by=operator_id
    )
    offer = await raising.open_offer(
        uow,
        terms=OfferTerms(
            product=Product.EQUITY,
            issuer=PartyId(share.issuer),
            subject=share.id,
            target=Money(int(str(request["target_minor"])), share.currency),
            cap=Money(int(str(request["cap_minor"])), share.currency),
            min_pledge=share.price,
            step=share.price,
            deadline_at=uow.now() + timedelta(days=int(str(request["open_days"]))),
        ),
    )
    await uow.session.flush()
    share.offer = offer.id
    share.move(ShareClassStatus.LISTED, after=ShareClassStatus.REVIEWED)
    uow.record(ShareOfferApproved(share.id, offer.id, approver=operator_id))
    return offer


async def issue_shares(uow: UnitOfWork, *, offer_id: str) -> ShareClass | None:
    """Turn a funded offer into shares and send the money to the firm, once.

    None when the offer raises for something else.
    """
    share = await repository.find_class_of(uow, offer_id)
    if share is None or share.status == ShareClassStatus.ISSUED:
        return share
    share.move(ShareClassStatus.ISSUED, after=ShareClassStatus.LISTED)
    pledges = await raising.list_captured(uow, offer_id=offer_id)
    raised = Money.sum((pledge.amount for pledge in pledges), share.currency)
    allotments = _allot(pledges, share.price)
    unissued = AccountId(share.unissued_account)
    issued = await register.issue(uow, share.id, unissued, allotments)
    fee = raised.times_bps(
        rulepacks.home().bps("platform_fee", on=uow.today()),
        rounding=Rounding.HALF_EVEN,
    )
    paid = await _pay_out(uow, share, offer_id=offer_id, raised=raised, fee=fee)
    uow.record(
        SharesIssued(
            share.id,
            offer_id,
            units=sum(units for _, units in allotments),
            holders=len(allotments),
            raised=raised,
            fee=fee,
        ),
        entries=[issued, paid],
    )
    return share


def _allot(pledges: Sequence[Pledge], price: Money) -> list[tuple[PartyId, int]]:
    """Return each holder's whole shares; a pledge is always a multiple of the price."""
    units: dict[PartyId, int] = {}
    for pledge in pledges:
        party = PartyId(pledge.party)
        shares, rest = divmod(pledge.amount_minor, price.minor)
        ensure(rest == 0, "a pledge buys whole shares")
        units[party] = units.get(party, 0) + shares
    return list(units.items())


async def _pay_out(
    uow: UnitOfWork, share: ShareClass, *, offer_id: str, raised: Money, fee: Money
) -> EntryId:
    legs = [
        entries.Leg(await chart.escrow(uow, offer_id, share.currency), raised.minor),
        entries.Leg(
            await chart.platform(uow, Platform.PAYOUT, share.currency),
            -(raised - fee).minor,
        ),
        entries.Leg(
            await chart.platform(uow, Platform.FEES, share.currency), -fee.minor
        ),
    ]
    entry = entries.NewEntry(
        EntryId(new_id("entry", uow.now())),
        "shares.paid",
        tuple(leg for leg in legs if leg.units),
        uow.today(),
        metadata={"share_class": share.id},
    )
    await entries.post(uow, [entry])
    await wallets.request_payout(
        uow,
        party_id=PartyId(share.issuer),
        amount=raised - fee,
        purpose=PayoutPurpose.DISBURSEMENT,
        subject=share.id,
        funding_entry=entry.id,
    )
    return entry.id


async def fail_offer(uow: UnitOfWork, *, offer_id: str) -> None:
    """Take note that an offer did not reach its target."""
    share = await repository.find_class_of(uow, offer_id)
    if share is not None and share.status == ShareClassStatus.LISTED:
        share.move(ShareClassStatus.FAILED, after=ShareClassStatus.LISTED)

"""A lender's pages: what is shown, what a form does, and what only its owner sees."""

from datetime import timedelta

import pytest

from api.auth import Role
from finance import raising
from finance.raising import Offer
from ledger.database import Database
from ledger.ids import PartyId
from risk.identity import PartyKind
from tests.api.portal.conftest import Reader, SignedIn, plain
from tests.api.portal.world import FIRM, World, usd


@pytest.fixture
async def offer(world: World) -> Offer:
    firm = await world.join(FIRM, PartyKind.FIRM)
    return await world.offer(await world.apply(firm, usd(6_000)))


@pytest.fixture
async def lender(world: World) -> PartyId:
    return await world.join("Chanthou", pays_in=9_000)


@pytest.fixture
async def reader(signed_in: SignedIn, lender: PartyId) -> Reader:
    return await signed_in(Role.LENDER, lender)


async def test_market_shows_an_open_offer_with_its_name_escaped(
    reader: Reader, offer: Offer
) -> None:
    page = await reader.open("/market")

    assert page.status_code == 200
    assert "&lt;Battambang&gt; &amp; Sons" in page.text
    assert "USD 0.00 of USD 6,000.00 raised, 0%" in plain(page)
    assert f'href="/offers/{offer.id}"' in page.text


async def test_filters_in_the_address_leave_out_what_does_not_fit(
    reader: Reader, offer: Offer
) -> None:
    for query in ("product=equity", "currency=KHR", "grade=E"):
        page = await reader.open(f"/market?{query}")

        assert offer.id not in page.text
        assert "No offer fits" in page.text


async def test_unknown_filters_filter_nothing(reader: Reader, offer: Offer) -> None:
    page = await reader.open("/market?product=gold&currency=EUR&grade=Z&utm=1")

    assert offer.id in page.text


async def test_offer_shows_reasons_cost_and_a_schedule_that_adds_up(
    reader: Reader, offer: Offer
) -> None:
    page = await reader.open(f"/offers/{offer.id}")

    assert "True yearly cost" in page.text
    assert page.text.count('<th scope="row" role="rowheader">') == 12
    assert '<td role="cell" data-head="Principal" class="n">6,000.00</td>' in page.text
    assert "Risk warning." in page.text


async def test_pledge_is_placed_and_can_be_taken_back(
    reader: Reader, offer: Offer, db: Database, lender: PartyId
) -> None:
    await reader.open(f"/offers/{offer.id}")

    page = await reader.send(f"/offers/{offer.id}/pledges", amount="250.50")

    assert "Your pledge is placed." in page.text
    (pledge,) = (await db.read(raising.list_pledges, party_id=lender)).items
    assert pledge.amount_minor == 25_050

    page = await reader.send(f"/offers/{offer.id}/pledges/{pledge.id}/withdraw")

    assert "Your pledge is withdrawn" in page.text
    assert "Take the pledge back" not in page.text


async def test_pressing_twice_pledges_once(
    reader: Reader, offer: Offer, db: Database, lender: PartyId
) -> None:
    await reader.open(f"/offers/{offer.id}")
    action = f"/offers/{offer.id}/pledges"
    form = reader.hidden(action) | {"amount": "100"}

    answers = [await reader.client.post(action, data=form) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert len((await db.read(raising.list_pledges, party_id=lender)).items) == 1


async def test_no_way_back_after_the_reflection_period(
    reader: Reader, offer: Offer, world: World, lender: PartyId, signed_in: SignedIn
) -> None:
    await reader.open(f"/offers/{offer.id}")
    await reader.send(f"/offers/{offer.id}/pledges", amount="100")
    world.clock.advance(timedelta(days=4, minutes=1))
    reader = await signed_in(Role.LENDER, lender)

    page = await reader.open(f"/offers/{offer.id}")

    assert "The reflection period ended on" in page.text
    assert "Take the pledge back" not in page.text


DIGITS = "Write the amount in the digits 0 to 9 only"
BAD_AMOUNTS = {
    "1e3": DIGITS,
    "NaN": DIGITS,
    "1_000": DIGITS,
    "១០០": DIGITS,
    "-5": DIGITS,
    "5.555": DIGITS,
    "": DIGITS,
    "0": "The amount must be more than zero",
    "6001": "Only USD 6,000.00 is left.",
    "1": "Pledge at least USD 10.00.",
}


async def test_bad_amount_is_refused_beside_its_form(
    reader: Reader, offer: Offer
) -> None:
    for amount, sentence in BAD_AMOUNTS.items():
        await reader.open(f"/offers/{offer.id}")

        page = await reader.send(f"/offers/{offer.id}/pledges", amount=amount)

        assert page.status_code in (409, 422)
        assert sentence in plain(page)
        assert f'action="/offers/{offer.id}/pledges"' in page.text


async def test_portfolio_shows_cash_and_sends_it_home(reader: Reader) -> None:
    page = await reader.open("/portfolio")
    assert "USD 9,000.00" in plain(page)

    page = await reader.send("/portfolio/withdrawals", amount="1000")

    assert "Your withdrawal is on its way" in page.text
    assert "USD 8,000.00" in plain(page)
    assert "Waits to be sent" in page.text


async def test_portfolio_tells_how_late_a_loan_is(
    world: World, offer: Offer, lender: PartyId, signed_in: SignedIn
) -> None:
    loan = await world.fund(offer, lender)
    await world.sign(loan)
    world.clock.advance(timedelta(days=34))
    reader = await signed_in(Role.LENDER, lender)

    page = await reader.open("/portfolio")

    assert "3 days late" in page.text
    assert 'class="chart"' in page.text
    assert "The same as a table" in page.text


async def test_firm_cannot_pledge(
    world: World, offer: Offer, signed_in: SignedIn
) -> None:
    reader = await signed_in(Role.SME, PartyId(offer.issuer))
    page = await reader.open(f"/offers/{offer.id}")
    assert f"/offers/{offer.id}/pledges" not in page.text
    form = reader.hidden("/sign-out") | {"amount": "100", "currency": "USD"}

    answer = await reader.client.post(f"/offers/{offer.id}/pledges", data=form)

    assert answer.status_code == 403


async def test_shares_are_offered_whole_at_their_price(
    world: World, reader: Reader
) -> None:
    firm = await world.join("Tonle Agritech", PartyKind.FIRM)
    shares = await world.share_offer(firm)
    page = await reader.open("/market?product=equity")
    assert "Ordinary A" in page.text
    await reader.open(f"/offers/{shares.id}")

    page = await reader.send(f"/offers/{shares.id}/pledges", amount="25")

    assert page.status_code == 422
    assert "Pledge a multiple of USD 10.00: the price of one unit." in plain(page)

    page = await reader.send(f"/offers/{shares.id}/pledges", amount="250")

    assert "Your pledge is placed." in page.text
    assert "Tonle Agritech" in (await reader.open("/portfolio")).text

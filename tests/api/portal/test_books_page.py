"""The books' page: sums, the way down through the accounts, and the periods."""

from datetime import date

import pytest

from api.auth import Role
from finance import bookkeeping
from ledger.accounts import Book
from ledger.database import Database
from tests.api.portal.conftest import SignedIn
from tests.api.portal.world import World


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.REGULATOR])
async def test_staff_go_down_from_the_book_to_one_wallet(
    world: World, signed_in: SignedIn, role: Role
) -> None:
    party = await world.join("Chanthou", pays_in=100)
    reader = await signed_in(role)

    top = (await reader.open("/books")).text
    below = (await reader.open("/books?book=client_money&path=wallet")).text

    assert 'href="/books?book=client_money&amp;path=wallet"' in top
    assert "100.00" in top
    assert party in below
    assert f"path=wallet/{party}" not in below
    assert "Differs" not in top


async def test_an_empty_book_and_no_periods_are_said(
    world: World, signed_in: SignedIn
) -> None:
    reader = await signed_in(Role.OPERATOR, world.operators[0])

    page = (await reader.open("/books?book=register")).text

    assert "There is no account here." in page
    assert "No period was opened yet; every day takes entries." in page


async def test_a_period_is_shown_with_its_state(
    world: World, signed_in: SignedIn, db: Database
) -> None:
    december = {"book": Book.CLIENT_MONEY, "starts_on": date(2025, 12, 1)}
    await db.transact(bookkeeping.open_period, **december, ends_on=date(2025, 12, 31))
    await db.transact(bookkeeping.close_period, **december)
    reader = await signed_in(Role.OPERATOR, world.operators[0])

    page = (await reader.open("/books")).text

    assert "31 Dec 2025" in page
    assert "Closed" in page


@pytest.mark.parametrize("query", ["book=other", "path=../x", "path=wallet/"])
async def test_a_place_that_cannot_be_is_no_page(
    world: World, signed_in: SignedIn, query: str
) -> None:
    reader = await signed_in(Role.OPERATOR, world.operators[0])

    assert (await reader.open(f"/books?{query}")).status_code == 404


@pytest.mark.parametrize("role", [Role.SME, Role.LENDER])
async def test_the_books_are_for_staff(signed_in: SignedIn, role: Role) -> None:
    reader = await signed_in(role)

    assert (await reader.open("/books")).status_code == 403

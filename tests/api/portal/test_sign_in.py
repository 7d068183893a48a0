"""Signing in: who gets a visit, how long it lasts, and whose forms are taken."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select

from api import auth
from api.auth import Role
from api.portal.model import EndedVisit
from api.portal.sessions import IDLE, LONGEST, Seal, Session, load_seal
from ledger.clock import StoppedClock
from ledger.database import Database, UnitOfWork
from tests.api.conftest import NewParty
from tests.api.portal.conftest import Reader, SignedIn


async def test_stranger_is_led_to_sign_in_and_back(reader: Reader) -> None:
    page = await reader.open("/market")

    assert page.url.path == "/sign-in"
    assert reader.hidden("/sign-in")["next"] == "/market"


async def test_a_key_opens_the_page_of_its_role(signed_in: SignedIn) -> None:
    reader = await signed_in(Role.REGULATOR)

    assert reader.page is not None
    assert reader.page.url.path == "/audit"


async def test_unknown_key_is_refused_and_not_repeated(reader: Reader) -> None:
    await reader.open("/sign-in")

    page = await reader.send("/sign-in", key="tnl_something_secret")

    assert page.status_code == 401
    assert "This key is not known" in page.text
    assert "something_secret" not in page.text


async def test_form_without_its_token_is_refused(reader: Reader) -> None:
    await reader.open("/sign-in")

    page = await reader.send("/sign-in", key="x", token="0" * 64)

    assert page.status_code == 403
    assert "This form has expired" in page.text


async def test_form_sent_by_another_site_is_refused(reader: Reader) -> None:
    await reader.open("/sign-in")
    form = reader.hidden("/sign-in") | {"key": "x"}

    page = await reader.client.post(
        "/sign-in", data=form, headers={"Sec-Fetch-Site": "cross-site"}
    )

    assert page.status_code == 403


async def test_visit_ends_after_half_an_hour_without_a_click(
    signed_in: SignedIn, clock: StoppedClock
) -> None:
    reader = await signed_in(Role.LENDER)
    clock.advance(timedelta(minutes=29))
    assert (await reader.open("/market")).url.path == "/market"

    clock.advance(timedelta(minutes=31))

    assert (await reader.open("/market")).url.path == "/sign-in"


async def test_key_taken_back_signs_its_owner_out(
    signed_in: SignedIn, db: Database, new_party: NewParty
) -> None:
    party = await new_party()
    reader = await signed_in(Role.LENDER, party)
    for key in (await db.read(auth.list_keys, party=party)).items:
        await db.transact(auth.revoke_key, key_id=key.id)

    assert (await reader.open("/market")).url.path == "/sign-in"


async def test_signing_out_ends_the_visit(signed_in: SignedIn) -> None:
    reader = await signed_in(Role.LENDER)

    await reader.send("/sign-out")

    assert (await reader.open("/market")).url.path == "/sign-in"


async def test_a_copied_cookie_opens_nothing_after_signing_out(
    signed_in: SignedIn,
) -> None:
    reader = await signed_in(Role.LENDER)
    copied = dict(reader.client.cookies)
    await reader.send("/sign-out")

    reader.client.cookies.clear()
    reader.client.cookies.update(copied)

    assert (await reader.open("/portfolio")).url.path == "/sign-in"


async def test_an_ended_visit_is_forgotten_once_its_cookie_is_over(
    signed_in: SignedIn, db: Database, clock: StoppedClock
) -> None:
    for _ in range(2):
        reader = await signed_in(Role.LENDER)
        await reader.send("/sign-out")
        clock.advance(LONGEST + timedelta(minutes=1))

    assert await db.read(_count_ended) == 1


async def _count_ended(uow: UnitOfWork) -> int:
    return await uow.session.scalar(select(func.count()).select_from(EndedVisit)) or 0


async def test_signing_in_makes_older_forms_useless(signed_in: SignedIn) -> None:
    reader = await signed_in(Role.LENDER)
    stale = reader.hidden("/sign-out")["token"]
    await reader.send("/sign-out")

    answer = await reader.client.post("/sign-in", data={"token": stale, "key": "x"})

    assert answer.status_code == 403


async def test_cookie_is_out_of_reach_of_scripts(reader: Reader) -> None:
    page = await reader.open("/sign-in")

    cookie = page.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "domain" not in cookie


async def test_foreign_address_is_not_gone_on_to(
    reader: Reader, db: Database, new_party: NewParty
) -> None:
    party = await new_party()
    new = await db.transact(auth.create_key, party=party, role=Role.LENDER)
    for bad in ("https://evil.example/", "//evil.example", "/\\evil.example"):
        reader.client.cookies.clear()
        await reader.open("/sign-in")
        form = reader.hidden("/sign-in") | {"key": new.shown, "next": bad}

        answer = await reader.client.post("/sign-in", data=form)

        assert answer.headers["location"] == "/portfolio"


def test_altered_cookie_proves_nothing(clock: StoppedClock) -> None:
    seal = Seal(b"a" * 32)
    session = Session.begin(clock.now(), key="key_x")
    value = seal.write(session)

    assert seal.read(value, clock.now()) == session
    for place in range(0, len(value), 7):
        other = "A" if value[place] != "A" else "B"
        altered = value[:place] + other + value[place + 1 :]
        assert seal.read(altered, clock.now()) is None
    assert Seal(b"b" * 32).read(value, clock.now()) is None
    assert seal.read("", clock.now()) is None


def test_restart_signs_nobody_out(tmp_path: Path, clock: StoppedClock) -> None:
    file = tmp_path / "pages" / "secret"
    session = Session.begin(clock.now(), key="key_x")

    value = load_seal(file).write(session)

    assert load_seal(file).read(value, clock.now()) == session
    assert file.stat().st_mode & 0o077 == 0


def test_busy_visit_ends_too(clock: StoppedClock) -> None:
    session = Session.begin(clock.now())
    later = clock.now() + LONGEST

    assert not session.seen(later).is_over(later)
    assert session.seen(later).is_over(later + timedelta(seconds=1))
    assert session.is_over(clock.now() + IDLE + timedelta(seconds=1))

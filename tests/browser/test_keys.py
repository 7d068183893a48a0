"""A key that is made, kept and used in a real browser, and what it signs."""

import pytest
from playwright.async_api import Browser, Page

from contracts.bls.reference import Reference
from finance import signing
from finance.signing import Purpose
from ledger.database import Database
from tests.browser.conftest import PHONE, Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PASSPHRASE = "ស្រូវ ten letters"
MADE_HERE = """async () => {
  const keys = await import(document.querySelector("script[type=module]").src)
  const secret = new Uint8Array(32).fill(0, 0, 31)
  secret[31] = 7
  return [
    keys.hex(await keys.publicOf(secret)),
    keys.hex(await keys.prove(secret)),
    keys.hex(await keys.sign(secret, new TextEncoder().encode("tonle ៛"))),
  ]
}"""


async def make_key(page: Page, site: Site) -> None:
    await page.goto(f"{site.address}/keys")
    await page.locator("#new").fill(PASSPHRASE)
    await page.locator("#again").fill(PASSPHRASE)
    await page.locator("form[data-make] button").click()
    await page.wait_for_url("**?done=key_registered")


async def put_in_use(browser: Browser, site: Site) -> None:
    page = await (await browser.new_context(locale="en")).new_page()
    await site.enter(page, "Sokunthea")
    await page.goto(f"{site.address}/keys")
    await page.get_by_role("button", name="Put in use").click()
    await page.get_by_text("The key is in use.").wait_for()


async def pledge(page: Page, passphrase: str) -> None:
    await page.locator("#amount").fill("250.5")
    await page.locator("#passphrase").fill(passphrase)
    await page.get_by_role("button", name="Pledge", exact=True).click()


async def test_a_key_made_in_the_browser_signs_a_pledge_there(
    site: Site, browser: Browser, db: Database
) -> None:
    page = await (await browser.new_context(viewport=PHONE, locale="en")).new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(f"{said.type} {said.text}"))
    await site.enter(page, "Chanthou")
    await page.goto(f"{site.address}/keys")
    suite = Reference()

    public, proof, signature = await page.evaluate(MADE_HERE)
    await make_key(page, site)
    await put_in_use(browser, site)
    stored = await page.evaluate("JSON.stringify(localStorage)")
    await page.goto(f"{site.address}/offers/{site.offer.id}")
    await pledge(page, "another passphrase")
    await page.get_by_text("This passphrase does not open the key.").wait_for()
    await page.get_by_role("button", name="Pledge", exact=True).is_enabled()
    await pledge(page, PASSPHRASE)
    await page.get_by_text("Your pledge is placed.").wait_for()

    assert public == suite.public_key(7).hex()
    assert proof == suite.prove(7).hex()
    assert signature == suite.sign(7, "tonle ៛".encode()).hex()
    assert PASSPHRASE not in stored
    (own,) = await db.read(
        signing.list_about, purpose=Purpose.PLEDGE, concerns=site.offer.id
    )
    key = await db.read(signing.get_key, key_id=own.key)
    assert (own.level, key.holder) == ("bls", "owner")
    assert own.verified_at is not None
    assert b'"minor":"25050"' in own.message
    assert [one for one in complaints if one.startswith("error")] == []


async def test_a_borrower_signs_the_agreement_with_the_key_in_the_browser(
    site: Site, browser: Browser, db: Database
) -> None:
    page = await (await browser.new_context(viewport=PHONE, locale="km")).new_page()
    await site.enter(page, "Rice mill")
    await page.goto(f"{site.address}/keys")
    await make_key(page, site)
    await put_in_use(browser, site)
    await page.goto(f"{site.address}/business")
    links = await page.eval_on_selector_all(
        "main a[href^='/loans/']", "all => all.map(a => a.getAttribute('href'))"
    )
    for link in links:
        await page.goto(site.address + link)
        if await page.locator("#passphrase").count():
            break

    await page.locator("#passphrase").fill(PASSPHRASE)
    await page.locator("form[data-message] button").click()
    await page.wait_for_url("**?done=accepted")

    signed = await db.read(
        signing.list_about,
        purpose=Purpose.AGREEMENT,
        concerns=link.rpartition("/")[2],
    )
    assert {one.role for one in signed} == {"borrower", "operator"}
    assert all(one.level == "bls" for one in signed)

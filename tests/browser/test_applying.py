"""One request from the file on a phone to the answer and the second person's word."""

from pathlib import Path

import pytest
from playwright.async_api import Browser

from ledger.clock import StoppedClock, business_date
from risk.statements import Profile, sample_statement
from tests.browser.conftest import PHONE, Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]


async def test_a_file_becomes_a_decision(
    site: Site, browser: Browser, clock: StoppedClock, tmp_path: Path
) -> None:
    file = tmp_path / "account.csv"
    ends_on = business_date(clock.now())
    file.write_bytes(sample_statement(11, Profile.STRONG, ends_on=ends_on))
    context = await browser.new_context(viewport=PHONE, locale="en")
    page = await context.new_page()
    await site.enter(page, "Rice mill")
    sent: list[str] = []
    page.on("request", lambda one: sent.append(f"{one.method} {one.resource_type}"))

    await page.goto(f"{site.address}/records")
    await page.get_by_label("Statement file").set_input_files(file)
    await page.get_by_role("button", name="Send the file").click()
    await page.wait_for_url("**/records/stmt_*")
    assert "POST xhr" in sent
    assert "The file was read and is kept." in await page.inner_text("main")
    assert await page.locator("svg.chart rect").count() >= 24

    await page.get_by_role("link", name="Ask for a loan", exact=True).last.click()
    await page.get_by_label("Amount").fill("4000")
    await page.get_by_label("What the money is for").fill("A second huller")
    await page.get_by_role("button", name="Ask for the loan").click()
    await page.wait_for_url("**/requests/app_*")
    told = await page.inner_text("main")
    assert "Your request is answered." in told
    assert "Expected loss" in told

    await page.get_by_label("Amount").fill("90000")
    await page.get_by_role("button", name="Show the answer").click()
    await page.get_by_text("Would be").wait_for()
    request = page.url.partition("?")[0].rpartition("/")[2]
    await context.clear_cookies()
    await site.enter(page, "Sokunthea")
    await page.goto(f"{site.address}/queue/{request}")
    await page.get_by_role("button", name="Replay the decision").click()
    await page.get_by_text("The same to the last byte").wait_for()


async def test_a_file_that_is_none_is_refused_beside_its_form(
    site: Site, browser: Browser, tmp_path: Path
) -> None:
    file = tmp_path / "photo.csv"
    file.write_bytes(b"\x89PNG" * 9)
    page = await (await browser.new_context(viewport=PHONE, locale="km")).new_page()
    await site.enter(page, "Rice mill")
    await page.goto(f"{site.address}/records")

    for _ in range(2):
        await page.locator("#file").set_input_files(file)
        await page.locator("form[data-reading] button").click()
        await page.get_by_role("alert").wait_for()

    assert await page.get_by_text("photo.csv").count() >= 1

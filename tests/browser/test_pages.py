"""What a person with a cheap phone, a keyboard or no scripts meets on every page."""

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page

from tests.browser.conftest import PHONE, Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DESK = {"width": 1280, "height": 800}
LEAST_TARGET = 44
MOST_STOPS = 60
PAGES_OF_EACH = {
    "Chanthou": [
        "/portfolio",
        "/market",
        "/market?grade=E",
        "/proofs",
        "/keys",
        "/audit",
        "/nowhere",
    ],
    "Rice mill": ["/business", "/records", "/apply", "/market"],
    "Sokunthea": ["/queue", "/risk", "/scorecards", "/books", "/books?path=wallet"],
    "Supervision": ["/audit", "/decisions"],
}
TOO_WIDE = """() => {
  const edge = document.documentElement.clientWidth
  return [...document.querySelectorAll('body *')]
    .filter(e => e.getBoundingClientRect().right > edge + 1 && !e.closest('thead, .skip'))
    .map(e => e.outerHTML.slice(0, 90))
}"""
TOO_SMALL = """least => [...document.querySelectorAll(
    'button, input:not([type=hidden]), select, textarea, summary, nav a, .button')]
  .filter(e => e.offsetParent !== null && e.getBoundingClientRect().height < least)
  .map(e => e.outerHTML.slice(0, 90))"""
FOCUSED = """() => {
  const e = document.activeElement
  const style = getComputedStyle(e)
  return {tag: e.tagName, id: e.id, text: e.innerText || '',
    ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2}
}"""


async def _pages(page: Page, site: Site, first: list[str]) -> list[str]:
    """The given pages and every page of ours that they lead to."""
    found = list(first)
    for path in first:
        await page.goto(site.address + path)
        links = await page.eval_on_selector_all(
            "main a[href^='/']:not([download], [type])",
            "all => all.map(a => a.getAttribute('href'))",
        )
        found += [link for link in links if link not in found]
    return [path for path in found if not path.endswith("/export")]


@pytest.mark.parametrize("language", ["km", "en"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
async def test_every_page_answers_and_fits(
    site: Site, browser: Browser, language: str, size: dict[str, int]
) -> None:
    context = await browser.new_context(viewport=size, locale=language)
    page = await context.new_page()
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error" and "status of 404" not in message.text:
            complaints.append(message.text)

    page.on("console", hear)
    seen = 0
    for name, first in PAGES_OF_EACH.items():
        await site.enter(page, name)
        for path in await _pages(page, site, first):
            answer = await page.goto(site.address + path)
            assert answer is not None
            assert answer.status == (404 if path == "/nowhere" else 200), path
            assert await page.evaluate(TOO_WIDE) == [], path
            assert await page.evaluate(TOO_SMALL, LEAST_TARGET) == [], path
            seen += 1
        await context.clear_cookies()

    assert seen > 15
    assert complaints == []


async def test_keyboard_alone_reaches_the_form_and_pledges(
    site: Site, browser: Browser
) -> None:
    page = await (await browser.new_context(viewport=PHONE, locale="en")).new_page()
    await site.enter(page, "Chanthou")
    await page.goto(f"{site.address}/offers/{site.offer.id}")

    stops = []
    for _ in range(MOST_STOPS):
        await page.keyboard.press("Tab")
        stops.append(await page.evaluate(FOCUSED))
        if stops[-1]["id"] == "amount":
            break
    await page.keyboard.type("100")
    await page.keyboard.press("Enter")
    await page.wait_for_load_state()

    assert stops[0]["text"] == "Skip to the content"
    assert all(stop["ring"] for stop in stops)
    assert "Your pledge is placed." in await page.inner_text("main")


async def test_pledging_and_thinking_again_need_no_script(
    site: Site, browser: Browser
) -> None:
    context = await browser.new_context(
        viewport=PHONE, locale="en", java_script_enabled=False
    )
    page = await context.new_page()
    await site.enter(page, "Chanthou")
    await page.goto(f"{site.address}/offers/{site.offer.id}")
    await page.get_by_label("Amount").fill("250")
    await page.get_by_role("button", name="Pledge").click()
    notice = page.get_by_role("status")
    assert "Your pledge is placed." in await notice.inner_text()

    await page.get_by_role("button", name="Take the pledge back").click()

    assert "Your pledge is withdrawn" in await notice.inner_text()


async def test_amount_that_cannot_be_read_is_said_and_kept(
    site: Site, browser: Browser
) -> None:
    page = await (await browser.new_context(viewport=PHONE, locale="km")).new_page()
    await site.enter(page, "Chanthou")
    await page.goto(f"{site.address}/offers/{site.offer.id}")
    await page.locator("#amount").fill("១០០")

    await page.locator("#amount").press("Enter")

    alert = page.get_by_role("alert")
    assert "សូមសរសេរទឹកប្រាក់ដោយលេខ 0 ដល់ 9" in await alert.inner_text()
    assert await page.locator("#amount").input_value() == "១០០"


async def test_page_carries_no_script_and_little_weight(
    site: Site, browser: Browser
) -> None:
    page = await (await browser.new_context(locale="km")).new_page()
    await site.enter(page, "Chanthou")
    await page.goto(f"{site.address}/offers/{site.offer.id}")

    assert await page.locator("script, [style], style").count() == 0
    assert len((await page.content()).encode()) < 40_000

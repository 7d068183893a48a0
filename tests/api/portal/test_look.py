"""The look holds WCAG 2.2 AA without a browser: contrast, and no inline anything."""

import hashlib
import re
import tomllib
from datetime import date
from pathlib import Path

import pytest

from api import portal
from api.portal.charts import MonthFlow, month_bars, months_between, share_percent
from ledger.money import Currency, Money
from tests.api.portal.conftest import Reader

FOLDER = Path(portal.__file__).parent
CSS = (FOLDER / "static" / "tonle.css").read_text("utf-8")
TEXT = 4.5
PAIRS = [
    (front, back)
    for front in ("ink", "soft", "main", "deep", "good", "warn", "bad")
    for back in ("paper", "ground")
]


def _colour(name: str) -> str:
    found = re.search(rf"--{name}:#([0-9a-f]{{3,6}});", CSS)
    assert found
    return found[1] if len(found[1]) == 6 else "".join(c * 2 for c in found[1])


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [
        p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
    ]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("front", "back"), PAIRS)
def test_text_stands_out_from_its_ground(front: str, back: str) -> None:
    assert _contrast(_colour(front), _colour(back)) >= TEXT


def test_white_stands_out_on_buttons() -> None:
    assert _contrast("ffffff", _colour("main")) >= TEXT


def test_style_is_small() -> None:
    assert len(CSS.encode()) < 9_000


def test_templates_have_nothing_inline() -> None:
    for file in (FOLDER / "templates").glob("*.html"):
        text = file.read_text("utf-8")
        text = text.replace('<script src="{{ script }}" type="module"></script>', "")
        assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=|javascript:", text)


async def test_pages_forbid_everything_but_our_own_style(reader: Reader) -> None:
    page = await reader.open("/sign-in")

    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'; img-src 'self';")
    assert "unsafe" not in policy
    assert page.headers["cache-control"] == "no-store"


async def test_style_may_be_kept_for_its_address_changes_with_it(
    reader: Reader,
) -> None:
    page = await reader.open("/sign-in")
    address = re.search(r'href="(/static/tonle\.[0-9a-f]{12}\.css)"', page.text)
    assert address

    style = await reader.client.get(address[1])

    assert "immutable" in style.headers["cache-control"]
    assert "set-cookie" not in style.headers
    assert style.text == CSS


async def test_khmer_letters_come_with_the_style_for_devices_without_them(
    reader: Reader,
) -> None:
    fonts = re.findall(r"url\(([^)]+)\)", CSS)
    assert len(fonts) == 2

    for name in fonts:
        font = await reader.client.get(f"/static/{name}")
        assert font.headers["content-type"] == "font/woff2"
        assert font.content.startswith(b"wOF2")
        assert len(font.content) < 20_000
    policy = (await reader.open("/sign-in")).headers["content-security-policy"]
    assert "font-src 'self'" in policy


def _flow(past: int, planned: int) -> MonthFlow:
    usd = Currency.USD
    return MonthFlow(date(2026, 1, 1), Money(past, usd), Money(planned, usd))


def test_bars_stand_on_each_other_and_never_leave_the_box() -> None:
    chart = month_bars([_flow(100, 300), _flow(0, 0), _flow(7, 0)])

    assert chart.highest.minor == 400
    for bar in chart.bars:
        assert bar.planned_y + bar.planned_height == bar.past_y
        assert bar.past_y + bar.past_height == 100
        assert bar.planned_y >= 0


def test_no_money_draws_no_bar() -> None:
    chart = month_bars([_flow(0, 0)])

    assert chart.bars[0].past_height == 0


def test_months_run_over_the_new_year_without_a_gap() -> None:
    months = months_between(date(2025, 11, 1), date(2026, 2, 1))

    assert [m.month for m in months] == [11, 12, 1, 2]


def test_almost_reached_is_not_reached() -> None:
    usd = Currency.USD

    assert share_percent(Money(9_999, usd), Money(10_000, usd)) == 99
    assert share_percent(Money(0, usd), Money(0, usd)) == 0


def test_programs_of_others_are_the_ones_that_were_vendored() -> None:
    listed = tomllib.loads((FOLDER / "static" / "vendored.toml").read_text("utf-8"))

    for name, said in listed.items():
        body = (FOLDER / "static" / name).read_bytes()
        assert hashlib.sha256(body).hexdigest() == said["sha256"], name
        assert not re.search(rb"\beval\(|new Function", body)
        assert (FOLDER / "static" / said["licence"].split(", ")[1]).is_file()

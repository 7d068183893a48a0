"""Khmer and English: every sentence has both, and values look as a reader expects."""

import string
from datetime import UTC, date, datetime, timedelta

import pytest

from api.portal.formats import Formats
from api.portal.words import Words
from ledger.money import Currency, Money
from tests.api.portal.conftest import Reader
from tests.api.portal.sentences import said, stored, translated

ENGLISH, KHMER = Formats(Words("en")), Formats(Words("km"))
NOW = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)
KHMER_LETTERS = range(0x1780, 0x1800)


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_sentence_of_the_pages_has_its_khmer() -> None:
    known = translated()

    assert [sentence for sentence in said() if not known.get(sentence)] == []


def test_the_catalogue_has_no_sentence_that_no_page_says() -> None:
    assert set(translated()) - said() - stored() == set()


def test_khmer_is_khmer_and_keeps_the_places_for_facts() -> None:
    for sentence, khmer in translated().items():
        assert _places(khmer[0]) == _places(sentence[-1]), sentence
        assert any(ord(letter) in KHMER_LETTERS for letter in khmer[0]), sentence


async def test_language_follows_the_browser_until_the_reader_chooses(
    reader: Reader,
) -> None:
    reader.client.headers["Accept-Language"] = "km-KH,km;q=0.9,en;q=0.5"
    page = await reader.open("/sign-in")
    assert '<html lang="km">' in page.text
    assert "ចូលគណនី" in page.text
    assert page.headers["content-language"] == "km"

    page = await reader.open("/language/en?back=/sign-in")

    assert page.url.path == "/sign-in"
    assert '<html lang="en">' in page.text


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "/\\evil"])
async def test_choosing_a_language_leads_nowhere_else(
    reader: Reader, back: str
) -> None:
    answer = await reader.client.get("/language/km", params={"back": back})

    assert answer.headers["location"] == "/"


async def test_language_we_do_not_speak_is_no_page(reader: Reader) -> None:
    assert (await reader.open("/language/xx")).status_code == 404


def test_money_is_exact_and_riel_are_whole() -> None:
    riel = Money(410_000_000, Currency.KHR)
    dollars = Money(9_007_199_254_740_993, Currency.USD)

    assert ENGLISH.money(riel) == "KHR\N{NO-BREAK SPACE}4,100,000"
    assert KHMER.money(riel) == "4,100,000៛"
    assert ENGLISH.money(dollars) == "USD\N{NO-BREAK SPACE}90,071,992,547,409.93"
    assert ENGLISH.figure(Money(-5, Currency.USD)) == "-0.05"
    assert ENGLISH.money(None) == "\N{EN DASH}"


def test_an_invoice_is_told_in_its_own_currency_whichever_it_is() -> None:
    assert ENGLISH.billed(4_000, "USD") == "USD\N{NO-BREAK SPACE}40.00"
    assert ENGLISH.billed(-4_050, "EUR") == "-EUR\N{NO-BREAK SPACE}40.50"
    assert KHMER.billed(4_000, "JPY") == "JPY\N{NO-BREAK SPACE}4,000"


def test_rates_are_percent_with_two_decimals() -> None:
    assert ENGLISH.bps(1250) == "12.50%"
    assert ENGLISH.bps(None) == "\N{EN DASH}"


def test_days_and_instants_are_those_of_phnom_penh() -> None:
    late = datetime(2026, 1, 5, 17, 30, tzinfo=UTC)

    assert ENGLISH.moment(late) == "6 Jan 2026, 00:30"
    assert KHMER.day(date(2026, 1, 5)) == "5 មករា 2026"
    assert ENGLISH.exact(late) == "2026-01-06 00:30:00 +07:00"


@pytest.mark.parametrize(
    ("waited", "said_as"),
    [
        (timedelta(minutes=59), "less than an hour"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(hours=23, minutes=59), "23 hours"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=9, hours=23), "9 days"),
    ],
)
def test_age_is_said_in_words(waited: timedelta, said_as: str) -> None:
    assert ENGLISH.age(NOW - waited, NOW) == said_as


@pytest.mark.parametrize(
    ("left", "said_as"),
    [
        (timedelta(0), "closed"),
        (timedelta(hours=3), "closes today"),
        (timedelta(hours=20), "closes tomorrow"),
        (timedelta(days=3, hours=1), "3 days left"),
    ],
)
def test_time_left_is_said_in_words(left: timedelta, said_as: str) -> None:
    assert ENGLISH.left(NOW + left, NOW) == said_as


def test_lateness_is_said_in_both_languages() -> None:
    assert ENGLISH.lateness(1) == "1 day late"
    assert ENGLISH.lateness(3) == "3 days late"
    assert KHMER.lateness(3) == "យឺត 3 ថ្ងៃ"
    assert ENGLISH.lateness(0) == "on time"


@pytest.mark.parametrize("language", ["en", "km"])
def test_stored_text_is_never_filled_in(language: str) -> None:
    text = "Rice {0} {amount.__class__} %s"

    assert Words(language).known(text) == text

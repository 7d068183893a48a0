"""The agreement people sign: complete, escaped, and the same bytes every time."""

import hashlib
from datetime import date

import pytest

from contracts import agreement, terms
from ledger.money import Currency, Money


def an_agreement(name="Sok & Sons <Trading>"):
    return agreement.Agreement(
        loan_id="loan_01",
        made_on=date(2026, 1, 5),
        borrower=agreement.Party("party_01", name),
        operator=agreement.Party("party_02", "Tonle"),
        lenders=(
            agreement.LenderPart("party_03", Money(600_00, Currency.USD)),
            agreement.LenderPart("party_04", Money(400_00, Currency.USD)),
        ),
        terms=terms.Terms(
            principal=Money(1000_00, Currency.USD),
            rate_bps=1800,
            instalments=3,
            disbursed_on=date(2026, 1, 31),
            first_due_on=date(2026, 2, 28),
            fees=terms.Fees(upfront=Money(20_00, Currency.USD)),
        ),
        reflection_days=4,
        clauses=(agreement.Clause("Law", "ច្បាប់", "Text", "អត្ថបទ", "source: none"),),
    )


def test_the_same_agreement_gives_the_same_bytes_and_their_hash():
    first = agreement.render(an_agreement())
    second = agreement.render(an_agreement())

    assert first.content == second.content
    assert first.sha256 == hashlib.sha256(first.content).hexdigest()


def test_no_name_becomes_markup():
    page = agreement.render(an_agreement("<script>alert(1)</script>")).content

    assert b"<script" not in page
    assert b"&lt;script&gt;" in page


@pytest.mark.parametrize(
    "said",
    [
        agreement.lender_reference("loan_01", "party_03"),
        "600.00 USD",
        "2026-02-28",
        "18 %",
        "កិច្ចសន្យាខ្ចីប្រាក់",
        "980.00 USD",
        "អត្ថបទ",
        "within 4 days",
    ],
)
def test_the_page_says_what_binds_the_parties(said):
    assert said in agreement.render(an_agreement()).content.decode()


def test_the_page_needs_nothing_from_outside():
    page = agreement.render(an_agreement()).content.decode()

    assert "http" not in page
    assert "src=" not in page


def test_the_page_names_no_lender_to_another():
    page = agreement.render(an_agreement()).content.decode()

    assert "party_03" not in page
    assert "party_04" not in page
    assert agreement.lender_reference("loan_01", "party_04") in page

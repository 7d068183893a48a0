"""Prints repeat to the byte, carry their source, and say money as the market does."""

import json
import re
import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from contracts import agreement, documents, terms
from contracts.documents import Language, Press
from ledger.canonical import canonical
from ledger.money import Currency, Money
from tests.contracts.test_agreement import an_agreement

TEMPLATES = Path(documents.__file__).parent / "templates"
RIEL = terms.Terms(
    principal=Money(4_000_000_00, Currency.KHR),
    rate_bps=1500,
    instalments=2,
    disbursed_on=date(2026, 1, 5),
    first_due_on=date(2026, 2, 5),
)


@pytest.fixture(scope="module")
def press():
    return Press()


@pytest.mark.parametrize("language", list(Language))
def test_a_print_repeats_to_the_byte_on_another_press(press, language):
    source = documents.loan_agreement(an_agreement())

    assert press.print(source, language) == Press().print(source, language)


def test_a_print_is_an_archival_file_with_its_source_and_the_documents_date(press):
    source = documents.loan_agreement(an_agreement())

    content = press.print(source, Language.KHMER).content

    assert content.startswith(b"%PDF-1.7")
    assert b"<pdfaid:part>3</pdfaid:part>" in content
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in content
    assert b"(source.json)" in content
    assert b"/AFRelationship/Source" in content.replace(b" ", b"")
    assert b"(D:20260105000000Z)" in content


def test_the_source_is_canonical_and_says_what_follows_from_the_terms():
    source = documents.loan_agreement(an_agreement())

    read = json.loads(source.encoded)

    assert canonical(read) == source.encoded
    assert read["totals"]["received"] == {"minor": "98000", "currency": "USD"}
    assert read["rows"][0]["due_on"] == "2026-02-28"
    assert "party_03" not in source.encoded.decode()


def test_a_name_is_text_whatever_is_in_it(press):
    name = '#panic("x") *Sok* <a> $1$ \\ [b] ក្រុមហ៊ុន \N{CJK UNIFIED IDEOGRAPH-4E2D}'
    source = documents.loan_agreement(an_agreement(name))

    assert press.print(source, Language.ENGLISH).content.startswith(b"%PDF")


def test_every_character_said_to_be_ours_is_in_our_fonts(press):
    template = (TEMPLATES / "common.typ").read_text("utf-8")
    ranges = re.findall(r"u{(\w+)}(?:-\\u{(\w+)})?", template.split("#let strange")[1])
    ours = [
        chr(code)
        for first, last in ranges[: ranges.index(("25cc", "")) + 1]
        for code in range(int(first, 16), int(last or first, 16) + 1)
    ]
    source = documents.loan_agreement(an_agreement(" ".join(ours)))

    assert len(ours) > 1_000
    assert press.print(source, Language.KHMER).content


def test_riel_print_in_both_languages(press):
    riel = replace(
        an_agreement(),
        terms=RIEL,
        lenders=(agreement.LenderPart("party_03", RIEL.principal),),
    )

    for language in Language:
        assert press.print(documents.loan_agreement(riel), language).content


def test_an_agreement_names_its_sureties_and_what_they_owe(press):
    behind = tuple(
        agreement.Surety(role, agreement.Party(f"party_{role}", f"The {role}"))
        for role in ("guarantor", "trustee")
    )
    backed = replace(an_agreement(), sureties=behind)

    source = documents.loan_agreement(backed)
    page = agreement.render(backed).content.decode()

    assert [one["role"] for one in source.facts["sureties"]] == ["guarantor", "trustee"]
    words = tomllib.loads((TEMPLATES / "words.toml").read_text(encoding="utf-8"))
    for role in ("guarantor", "trustee"):
        assert f"The {role} (party_{role})" in page
        assert set(words[f"duty_{role}"].values()) <= set(re.split(r"<[^>]+>|\n", page))
    for language in Language:
        assert press.print(source, language).content.startswith(b"%PDF")


def test_every_word_of_a_template_is_said_in_both_languages():
    words = tomllib.loads((TEMPLATES / "words.toml").read_text(encoding="utf-8"))
    used = set()
    for template in TEMPLATES.glob("*.typ"):
        used |= set(
            re.findall(r'(?:say|fill)\("(\w*[a-zA-Z0-9])"', template.read_text("utf-8"))
        )

    assert {word for word in used if set(words.get(word, ())) != {"en", "km"}} == set()
    for word, said in words.items():
        if isinstance(said.get("en"), str):
            gaps = [sorted(re.findall(r"{(\w+)}", text)) for text in said.values()]
            assert gaps[0] == gaps[1], word

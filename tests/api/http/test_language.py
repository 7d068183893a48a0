"""Every refusal is said in Khmer as well, with the same facts."""

import ast
import re
import string
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Any

import httpx
import pytest

import api
import contracts
import finance
import ledger
import risk
from api import problems
from api.http import fields
from api.http.language import ENGLISH, KHMER, khmer, preferred, say
from api.portal.words import khmer as page_words
from finance import lending
from finance.equity import ShareClassStatus
from finance.lending import ApplicationStatus, LoanStatus
from finance.raising import OfferStatus, PledgeStatus
from finance.signing import KeyState
from finance.wallets import PayoutState
from ledger.errors import Refusal
from risk.identity import KycState
from tests.api.conftest import Person
from tests.modules import load_all

HOUSE = (ledger, risk, contracts, finance, api)


def refusals(kind: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    for one in kind.__subclasses__():
        if one.__module__.partition(".")[0] != "tests":
            yield one
        yield from refusals(one)


def sentences() -> list[str]:
    load_all(*HOUSE)
    said = [refusal.message for refusal in (Refusal, *refusals())]
    said += [*fields.MESSAGES.values(), *problems.TITLES.values()]
    said += [problems.INTERNAL, problems.UNAVAILABLE]
    return sorted(set(said))


def places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def in_khmer(sentence: str) -> str:
    paged = page_words().get(sentence, ("",))
    return khmer().get(sentence, paged[0])


def test_every_sentence_has_its_khmer_with_the_same_facts() -> None:
    wrong = [
        sentence
        for sentence in sentences()
        if not in_khmer(sentence) or places(in_khmer(sentence)) != places(sentence)
    ]

    assert wrong == []


def test_codes_are_stable_words_and_each_has_one_class() -> None:
    sentences()
    codes: dict[str, set[str]] = {}
    for refusal in refusals():
        codes.setdefault(refusal.code, set()).add(refusal.message)

    assert all(code.replace("_", "").isalpha() for code in codes)
    assert {refusal.kind for refusal in refusals()} <= set(problems.STATUS_OF_KIND)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, ENGLISH),
        ("", ENGLISH),
        ("km", KHMER),
        ("km-KH,km;q=0.9,en;q=0.8", KHMER),
        ("fr,km;q=0.5,en;q=0.3", KHMER),
        ("en;q=0.3, km;q=0.7", KHMER),
        ("km;q=0,en", ENGLISH),
        ("*", ENGLISH),
        ("de", ENGLISH),
        ("km;q=nan", ENGLISH),
        ("km;q=x", ENGLISH),
        (";;;,,,", ENGLISH),
        ("\xff" * 5000, ENGLISH),
        ("km," * 10_000, KHMER),
    ],
)
def test_the_reader_s_language_is_heard(header: str | None, language: str) -> None:
    assert preferred(header) == language


def test_a_fact_that_is_a_word_is_said_in_the_language_too() -> None:
    said = say(KHMER, "There is no such {thing}. Check the id.", {"thing": "loan"})

    assert "ប្រាក់កម្ចី" in said
    assert "loan" not in said


@pytest.mark.parametrize(
    "states",
    [
        ApplicationStatus,
        LoanStatus,
        OfferStatus,
        PledgeStatus,
        ShareClassStatus,
        KeyState,
        PayoutState,
        KycState,
    ],
)
def test_a_state_is_said_in_words_and_never_as_a_program_has_it(
    states: type[StrEnum],
) -> None:
    sentence = lending.LoanNotOpen.message
    for state in states:
        english = say(ENGLISH, sentence, {"status": state.value})
        in_khmer = say(KHMER, sentence, {"status": state.value})

        assert "_" not in english
        assert not re.search("[a-z]", in_khmer), state


def things() -> Iterator[str]:
    """Every thing that a refusal may say is not there, as the code names it."""
    for package in HOUSE:
        for file in Path(package.__path__[0]).rglob("*.py"):
            text = file.read_text("utf-8")
            yield from re.findall(r'thing="([^"]+)"', text)
            yield from re.findall(r'require_sight\(.+?, "([^"]+)"\)', text)


def test_every_thing_that_may_be_missing_has_its_khmer() -> None:
    missing = set(things())

    assert {"loan", "invoice file"} < missing
    assert missing - khmer().keys() == set()


def reasons() -> Iterator[str]:
    """Every reason for which a field is refused, with the limits that stand in it."""
    load_all(contracts, finance)
    for package in (contracts, finance):
        for file in sorted(Path(package.__path__[0]).rglob("*.py")):
            place = file.relative_to(Path(package.__path__[0]).parent).with_suffix("")
            limits = vars(sys.modules.get(".".join(place.parts), contracts))
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                for told in _told(node):
                    yield from _texts(told, limits)


def _told(node: ast.AST) -> Iterator[ast.expr]:
    """Find what code gives as the reason of a refusal, at once or by a name."""
    match node:
        case ast.Call(func=ast.Name("EventInvalid" | "TermsInvalid" | "InputInvalid")):
            yield from (word.value for word in node.keywords if word.arg == "reason")
        case ast.Call(func=ast.Name("_refuse")):
            yield node.args[2]
        case ast.Assign(
            targets=[ast.Name("reason" | "most")], value=ast.IfExp() as either
        ):
            yield from (either.body, either.orelse)
        case ast.Assign(targets=[ast.Name("reason" | "most")], value=given):
            yield given


def _texts(told: ast.expr, limits: Mapping[str, Any]) -> Iterator[str]:
    """Write a reason as it is said; one that names more than limits is not ours to say."""
    if isinstance(told, ast.Constant):
        yield told.value
    elif isinstance(told, ast.JoinedStr):
        with suppress(NameError):
            yield eval(  # noqa: S307 - our own source, in its own module
                compile(ast.Expression(told), "reason", "eval"), dict(limits)
            )


def test_every_reason_of_a_refused_field_has_its_khmer() -> None:
    given = set(reasons())

    assert {
        "must be more than zero",
        "must be from 1 to 1200",
        "is more than is due",
    } < given
    assert given - khmer().keys() == set()


async def test_a_problem_is_written_in_khmer_for_who_reads_it(sme: Person) -> None:
    headers = {**sme.headers, "Accept-Language": "km"}

    answer: httpx.Response = await sme.client.get(
        f"/v1/loans/loan_{'0' * 26}", headers=headers
    )

    assert answer.headers["content-language"] == "km"
    assert answer.json()["title"] == "រកមិនឃើញ"
    assert answer.json()["code"] == "not_found"

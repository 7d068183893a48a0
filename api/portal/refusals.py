"""Say a refusal to a person: amounts as money, instants as dates, not as a program reads them."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Final

from api.portal.formats import Formats
from api.problems import Trouble
from ledger.money import Currency, Money

_MINOR: Final = "_minor"
_IN_UNITS: Final = {"insufficient_funds": frozenset({"available", "needed"})}
_INSTANTS: Final = frozenset({"opens_at", "deadline_at", "until"})

# The codes whose own sentence counts in minor units, said again for people.
SENTENCES: Final[Mapping[str, str]] = {
    "pledge_beyond_target": "Only {remaining} is left. Pledge less.",
    "pledge_below_minimum": "Pledge at least {minimum}.",
    "pledge_not_whole_units": "Pledge a multiple of {step}: the price of one unit.",
    "pledge_above_share": "You may pledge {allowed} more to this offer.",
    "withdrawal_below_minimum": "Withdraw at least {minimum}, or all there is.",
    "insufficient_funds": "You have {available} free and need {needed}. Pay in first.",
    "loan_amount_outside_limits": "A loan is between {least} and {most}.",
    "loan_event_invalid": "{field}: {reason}. Correct it and try again.",
    "terms_invalid": "{field}: {reason}. Correct it and try again.",
    "calculation_input_invalid": "{field}: {reason}. Correct it and try again.",
    "amount_not_settleable": "Riel are paid whole. Leave out the part of a riel.",
}

# The fields of forms that a refusal names, as their labels call them.
LABELS: Final[Mapping[str, str]] = {
    "on": "Counts from",
    "to": "New date",
    "shifts": "New date",
    "first_due_on": "First payment",
    "rate_bps": "New rate a year",
    "instalments": "Instalments",
    "instalment": "Instalment",
    "amount": "Amount",
    "charge": "Charge",
    "receipt_id": "Payment",
}


def say(trouble: Trouble, formats: Formats, *, currency: str) -> str:
    """Return the sentence; ``currency`` is the form's, for facts that name none."""
    sentence = SENTENCES.get(trouble.code, trouble.sentence)
    money = str(trouble.facts.get("currency", currency))
    counted = _IN_UNITS.get(trouble.code, frozenset())
    facts = dict(
        _amount(name, value, formats, money)
        if name in counted or name.endswith(_MINOR)
        else (name, _said(name, value, formats))
        for name, value in trouble.facts.items()
    )
    try:
        return formats.words(sentence, **facts)
    except KeyError:
        return formats.words(trouble.sentence, **trouble.facts)


def _amount(
    name: str, value: str | int, formats: Formats, currency: str
) -> tuple[str, str | int]:
    if isinstance(value, int) and currency in set(Currency):
        shown = formats.money(Money(value, Currency(currency)))
        return name.removesuffix(_MINOR), shown
    return name, value


def _said(name: str, value: str | int, formats: Formats) -> str | int:
    """Say a fact that has words of its own: a field, a reason, an instant."""
    if not isinstance(value, str):
        return value
    if name == "field" and value in LABELS:
        return formats.words(LABELS[value])
    if name == "reason":
        return formats.words(value)
    if name in _INSTANTS:
        with suppress(ValueError):
            return formats.moment(datetime.fromisoformat(value))
    return value

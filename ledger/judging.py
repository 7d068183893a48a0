"""Judge bookings one by one against the accounts they touch; pure, no database."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from ledger.errors import Conflict, Invalid, Refusal
from ledger.ids import AccountId
from ledger.journal import Booking, Leg, PostedLeg

MAX_LEGS: Final = 10_000
MAX_UNITS: Final = 2**62
MAX_SUM: Final = 2**63
MAX_DAYS_AHEAD: Final = 366
# The audit log keeps the kind with each part of an entry, and has 16 KiB for that.
MAX_KIND_LETTERS: Final = 100
MAX_LETTERS: Final = 10_000  # of kind, memo and metadata together
# What may still be booked into a period that is being adjusted.
ADJUSTMENTS: Final = frozenset({"adjustment", "closing", "revaluation"})


class EntryUnbalanced(Invalid):
    """Debits and credits differ in an asset of a book."""

    code = "entry_unbalanced"
    message = "Entry {entry} is off by {units} units of {asset}. Balance its legs."


class EntryMalformed(Invalid):
    """An entry that could never be booked, whatever the accounts hold."""

    code = "entry_malformed"
    message = "Entry {entry} holds text that cannot be kept. Send plain text."


class TooFewLegs(EntryMalformed):
    """Double entry takes two legs at least."""

    code = "entry_has_too_few_legs"
    message = "Entry {entry} has {legs} legs. It needs two at least."


class TooManyLegs(EntryMalformed):
    """An entry is read and locked as a whole, so it has a limit."""

    code = "entry_has_too_many_legs"
    message = "Entry {entry} has {legs} legs. Split it into entries of {most}."


class UnitsOutOfRange(EntryMalformed):
    """A leg or a hold moves nothing, a part of a unit, or too much."""

    code = "units_out_of_range"
    message = (
        "Entry {entry} moves a number of units that is zero, not whole, or above"
        " 62 bits. Send whole units."
    )


class UnknownAccount(Invalid):
    """A leg names an account that was never opened."""

    code = "account_unknown"
    message = "Entry {entry} names account {account}, which does not exist."


class AccountClosed(Conflict):
    """A leg touches an account that was closed."""

    code = "account_closed"
    message = "Account {account} is closed. Use another account."


class AccountFrozen(Conflict):
    """A leg would move what is frozen."""

    code = "account_frozen"
    message = "Account {account} is frozen. Ask the operator why."


class InsufficientFunds(Conflict):
    """An account would fall below what its limit allows."""

    code = "insufficient_funds"
    message = "Only {available} units are available; {needed} are needed. Pay in first."


class AboveCeiling(Conflict):
    """An account would rise above what its limit allows."""

    code = "above_ceiling"
    message = "The account may hold at most {ceiling} units. Use a smaller amount."


class PeriodClosed(Conflict):
    """The effective date lies in a closed period."""

    code = "period_closed"
    message = "The books are closed until {closed_until}. Use a later effective date."


class PeriodAdjusting(Conflict):
    """The effective date lies in a period that takes nothing but adjustments."""

    code = "period_adjusting"
    message = (
        "The books take only adjustments until {adjusting_until}."
        " Use a later effective date."
    )


class TooFarAhead(Invalid):
    """The effective date lies too far in the future."""

    code = "effective_date_too_far"
    message = "The effective date is more than {days} days ahead. Use a nearer date."


_SURROGATE: Final = re.compile("[\ud800-\udfff]")

Sums = tuple[int, int, int, int, int]


@dataclass(slots=True)
class Standing:
    """An account's sums while a batch is judged; ``sign`` is -1 for a credit side."""

    account: AccountId
    book: str
    asset: str
    sign: int
    floor: int | None
    ceiling: int | None
    closed: bool
    frozen: str
    closed_until: date | None
    adjusting_until: date | None
    debits: int
    credits: int
    pending_debits: int
    pending_credits: int
    version: int

    def sums(self) -> Sums:
        """Return everything a booking changes."""
        return (
            self.debits,
            self.credits,
            self.pending_debits,
            self.pending_credits,
            self.version,
        )

    def restore(self, sums: Sums) -> None:
        """Stand again as before."""
        (
            self.debits,
            self.credits,
            self.pending_debits,
            self.pending_credits,
            self.version,
        ) = sums

    def posted(self) -> int:
        """Return what is there, in the normal side."""
        return self.sign * (self.debits - self.credits)

    def available(self) -> int:
        """Return what may still leave, in the normal side."""
        out = self.pending_debits if self.sign < 0 else self.pending_credits
        return self.posted() - out

    def promised(self) -> int:
        """Return what is there once all that is on its way has come."""
        coming = self.pending_credits if self.sign < 0 else self.pending_debits
        return self.posted() + coming

    def post(self, leg: Leg) -> PostedLeg:
        """Apply one leg and return the step in the account's history."""
        if leg.units > 0:
            self.debits += leg.units
        else:
            self.credits -= leg.units
        self.version += 1
        after = self.debits - self.credits
        return PostedLeg(leg.account, leg.units, self.version, after)


@dataclass
class Judge:
    """Judges well-formed bookings in order against locked accounts.

    What was applied can be taken back to a mark, so that one refused group of
    bookings leaves no trace on those beside it.
    """

    standings: dict[AccountId, Standing]
    _undo: list[tuple[Standing, Sums]] = field(default_factory=list)

    def mark(self) -> int:
        """Name the present point, to go back to."""
        return len(self._undo)

    def take_back(self, mark: int) -> None:
        """Undo everything applied since a mark."""
        while len(self._undo) > mark:
            standing, sums = self._undo.pop()
            standing.restore(sums)

    def judge(self, booking: Booking) -> tuple[PostedLeg, ...]:
        """Apply one booking or refuse it, leaving the standings as they were.

        Raises:
            Refusal: With the booking's id among the facts.
        """
        mark = len(self._undo)
        try:
            self._require_accounts(booking)
            return self._apply(booking)
        except Refusal as refused:
            self.take_back(mark)
            refused.facts.setdefault("entry", booking.id)
            raise

    def _apply(self, booking: Booking) -> tuple[PostedLeg, ...]:
        before: dict[AccountId, tuple[Standing, int, int]] = {}
        for account in booking.accounts():
            if account not in before:
                standing = self.standings[account]
                self._undo.append((standing, standing.sums()))
                known = standing, standing.posted(), standing.available()
                before[account] = known
        for change in booking.pending:
            standing = self.standings[change.account]
            standing.pending_debits += change.debits
            standing.pending_credits += change.credits
        posted = tuple([self.standings[leg.account].post(leg) for leg in booking.legs])
        for standing, had, had_available in before.values():
            _require_limits(booking, standing, had, had_available)
        return posted

    def _require_accounts(self, booking: Booking) -> None:
        for account in booking.accounts():
            standing = self.standings.get(account)
            if standing is None:
                raise UnknownAccount(account=account, entry=booking.id)
            _require_open(booking, standing)
        sums: defaultdict[tuple[str, str], int] = defaultdict(int)
        for leg in booking.legs:
            standing = self.standings[leg.account]
            sums[standing.book, standing.asset] += leg.units
        # What could not be captured is not held.
        for account, debits, credits_ in booking.pending:
            standing = self.standings[account]
            if booking.state == "pending":
                sums[standing.book, standing.asset] += debits - credits_
        for (_, asset), units in sums.items():
            if units:
                raise EntryUnbalanced(entry=booking.id, units=units, asset=asset)


def require_form(booking: Booking, today: date) -> None:
    """Refuse what could never be booked, whatever the accounts hold.

    Raises:
        EntryMalformed, TooFarAhead: With the booking's id among the facts.
    """
    legs = booking.legs
    if booking.state == "posted" and len(legs) < 2:  # noqa: PLR2004 - double entry
        raise TooFewLegs(entry=booking.id, legs=len(legs))
    if len(legs) > MAX_LEGS:
        raise TooManyLegs(entry=booking.id, legs=len(legs), most=MAX_LEGS)
    for _, units in legs:
        if type(units) is not int or not -MAX_UNITS < units < MAX_UNITS or not units:
            raise UnitsOutOfRange(entry=booking.id)
    if booking.state == "pending":
        _require_held_units(booking)
    if not _can_be_kept(booking):
        raise EntryMalformed(entry=booking.id)
    if (booking.effective_on - today).days > MAX_DAYS_AHEAD:
        raise TooFarAhead(entry=booking.id, days=MAX_DAYS_AHEAD)


def _can_be_kept(booking: Booking) -> bool:
    """Tell whether all that keep the texts can: bounded, no NUL, no half of a pair."""
    # A reversal's kind is one word longer than that of what it undoes.
    if len(booking.kind) > MAX_KIND_LETTERS and booking.reverses is None:
        return False
    details = booking.details
    text = "".join([booking.kind, booking.memo, *details, *details.values()])
    if len(text) > MAX_LETTERS or "\0" in text:
        return False
    return text.isascii() or not _SURROGATE.search(text)


def _require_held_units(booking: Booking) -> None:
    held: Sequence[int] = [p.debits or p.credits for p in booking.pending]
    if any(type(units) is not int or not 0 < units < MAX_UNITS for units in held):
        raise UnitsOutOfRange(entry=booking.id)


def _require_open(booking: Booking, standing: Standing) -> None:
    if standing.closed:
        raise AccountClosed(account=standing.account)
    # Letting a hold go moves nothing, so neither a freeze nor a closed period stops it.
    if booking.state == "voided":
        return
    if standing.frozen == "all":
        raise AccountFrozen(account=standing.account)
    until = standing.closed_until
    if until is not None and booking.effective_on <= until:
        raise PeriodClosed(closed_until=until.isoformat())
    until = standing.adjusting_until
    if until is not None and booking.effective_on <= until and not _adjusts(booking):
        raise PeriodAdjusting(adjusting_until=until.isoformat())


def _adjusts(booking: Booking) -> bool:
    return booking.reverses is not None or booking.kind in ADJUSTMENTS


def _require_limits(
    booking: Booking, standing: Standing, had: int, had_available: int
) -> None:
    available = standing.available()
    # A capture leaves what is available as it was, and yet units leave the account.
    if standing.frozen == "outflow" and (
        available < had_available or standing.posted() < had
    ):
        raise AccountFrozen(account=standing.account)
    floor, ceiling = standing.floor, standing.ceiling
    if floor is not None and available < floor:
        spent = had_available - available
        raise InsufficientFunds(available=had_available - floor, needed=spent)
    if ceiling is not None and standing.promised() > ceiling:
        raise AboveCeiling(ceiling=ceiling)
    if max(standing.sums()) >= MAX_SUM:
        raise UnitsOutOfRange(entry=booking.id)

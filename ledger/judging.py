"""Judge bookings one by one against the accounts they touch; pure, no database."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from ledger.errors import Conflict, Invalid
from ledger.ids import AccountId
from ledger.journal import Booking, Leg, PostedLeg

MAX_LEGS: Final = 10_000
MAX_UNITS: Final = 2**62
MAX_DAYS_AHEAD: Final = 366


class EntryUnbalanced(Invalid):
    """Debits and credits differ in an asset of a book."""

    code = "entry_unbalanced"
    message = "Entry {entry} is off by {units} units of {asset}. Balance its legs."


class EntryMalformed(Invalid):
    """An entry needs two to ten thousand legs, none of them zero or too large."""

    code = "entry_malformed"
    message = "Entry {entry} needs 2 to 10000 legs, none zero and none above 62 bits."


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


class TooFarAhead(Invalid):
    """The effective date lies too far in the future."""

    code = "effective_date_too_far"
    message = "The effective date is more than {days} days ahead. Use a nearer date."


@dataclass
class Standing:
    """An account's sums while a batch is judged."""

    account: AccountId
    book: str
    asset: str
    sign: int
    floor: int | None
    ceiling: int | None
    closed: bool
    frozen: str
    closed_until: date | None
    debits: int
    credits: int
    pending_debits: int
    pending_credits: int
    version: int

    def available(self) -> int:
        """Return what may still leave, in the normal side."""
        out = self.pending_debits if self.sign < 0 else self.pending_credits
        return self.sign * (self.debits - self.credits) - out

    def promised(self) -> int:
        """Return what is there once all that is on its way has come."""
        coming = self.pending_credits if self.sign < 0 else self.pending_debits
        return self.sign * (self.debits - self.credits) + coming

    def post(self, leg: Leg) -> PostedLeg:
        """Apply one leg and return the step in the account's history."""
        self.debits += max(leg.units, 0)
        self.credits += max(-leg.units, 0)
        self.version += 1
        after = self.debits - self.credits
        return PostedLeg(leg.account, leg.units, self.version, after)


class Judge:
    """Judges bookings in order against locked accounts and keeps what is to write."""

    def __init__(self, standings: dict[AccountId, Standing], today: date) -> None:
        self.standings = standings
        self.today = today

    def judge(self, booking: Booking) -> tuple[PostedLeg, ...]:
        """Apply one booking or refuse it."""
        self._require_shape(booking)
        before = {a: self.standings[a].available() for a in booking.accounts()}
        for change in booking.pending:
            standing = self.standings[change.account]
            standing.pending_debits += change.debits
            standing.pending_credits += change.credits
        posted = tuple(self.standings[leg.account].post(leg) for leg in booking.legs)
        for account, available in before.items():
            self._require_limits(self.standings[account], available)
        return posted

    def _require_shape(self, booking: Booking) -> None:
        if booking.state == "posted" and not 2 <= len(booking.legs) <= MAX_LEGS:  # noqa: PLR2004 - double entry
            raise EntryMalformed(entry=booking.id)
        if any(not 0 < abs(leg.units) < MAX_UNITS for leg in booking.legs):
            raise EntryMalformed(entry=booking.id)
        if booking.effective_on > self.today + timedelta(days=MAX_DAYS_AHEAD):
            raise TooFarAhead(days=MAX_DAYS_AHEAD)
        for account in booking.accounts():
            self._require_open(booking, account)
        sums: defaultdict[tuple[str, str], int] = defaultdict(int)
        for leg in booking.legs:
            standing = self.standings[leg.account]
            sums[standing.book, standing.asset] += leg.units
        for (_, asset), units in sums.items():
            if units:
                raise EntryUnbalanced(entry=booking.id, units=units, asset=asset)

    def _require_open(self, booking: Booking, account: AccountId) -> None:
        standing = self.standings.get(account)
        if standing is None:
            raise UnknownAccount(entry=booking.id, account=account)
        if standing.closed:
            raise AccountClosed(account=account)
        if standing.frozen == "all":
            raise AccountFrozen(account=account)
        until = standing.closed_until
        if until is not None and booking.effective_on <= until:
            raise PeriodClosed(closed_until=until.isoformat())

    @staticmethod
    def _require_limits(standing: Standing, before: int) -> None:
        available = standing.available()
        if standing.frozen == "outflow" and available < before:
            raise AccountFrozen(account=standing.account)
        floor, ceiling = standing.floor, standing.ceiling
        if floor is not None and available < floor:
            spent = before - available
            raise InsufficientFunds(available=before - floor, needed=spent)
        if ceiling is not None and standing.promised() > ceiling:
            raise AboveCeiling(ceiling=ceiling)

"""Write bookings as columns, the way the database's ``book`` takes them.

Where the accounts stand is not known yet: a step in an account's history is counted
from there, and what came of a booking can be told once that is known.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Final

from ledger.ids import AccountId, EntryId, read_number
from ledger.journal import Booking, Posted, PostedLeg

# What all bookings of a draft add to one account may reach this and still not overflow.
PLAIN_UNITS: Final = 2**61

Step = tuple[int, int, int, int, int, int]


def array(values: Iterable[object]) -> str:
    """Write values that need no quotes as PostgreSQL's array text.

    The driver would adapt value by value, which costs more than all else here.
    """
    return f"{{{','.join(map(str, values))}}}"


def key_of(prefix: str, shown: str) -> str:
    """Return an id as the database reads it fastest: in hex."""
    return f"{read_number(prefix, shown):032x}"


@lru_cache(2**16)
def account_key(shown: str) -> str:
    """Return the key of an account; the same ones come again and again."""
    return key_of("acct", shown)


# The same few days come again and again.
_day = lru_cache(1024)(date.isoformat)


@dataclass(slots=True)
class Account:
    """What a draft does to one account.

    ``fall_of_credits`` is how far what is available could fall, at worst, if credits
    are the account's normal side; ``fall_of_debits`` if debits are.
    """

    number: int
    key: str
    debits: int = 0
    credits: int = 0
    pending_debits: int = 0
    pending_credits: int = 0
    count: int = 0
    fall_of_credits: int = 0
    fall_of_debits: int = 0


@dataclass
class Draft:
    """Bookings to be written together, in order, and what they do to each account.

    A step is the account's number, the entry's, the leg's, the units, and the version
    and the balance of the account counted from where it stands; numbers start at one.
    """

    accounts: dict[AccountId, Account] = field(default_factory=dict)
    bookings: list[Booking] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    hashes: list[bytes] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    def add(self, booking: Booking, key: str, request_hash: bytes) -> None:
        """Put a booking behind the others."""
        self.bookings.append(booking)
        self.keys.append(key)
        self.hashes.append(request_hash)
        entry = len(self.keys)
        if booking.pending:
            self._hold(booking)
        for order, (id_, units) in enumerate(booking.legs):
            account = self.accounts.get(id_) or self._open(id_)
            account.count += 1
            if units > 0:
                account.debits += units
                if not booking.pending:
                    account.fall_of_credits += units
            else:
                account.credits -= units
                if not booking.pending:
                    account.fall_of_debits -= units
            after = account.debits - account.credits
            self.steps.append(
                (account.number, entry, order, units, account.count, after)
            )

    def _open(self, id_: AccountId) -> Account:
        account = Account(len(self.accounts) + 1, account_key(id_))
        self.accounts[id_] = account
        return account

    def _hold(self, booking: Booking) -> None:
        """Count what is pending; a capture takes from there what its legs move."""
        falls: dict[AccountId, list[int]] = {}
        for id_, debits, credits_ in booking.pending:
            account = self.accounts.get(id_) or self._open(id_)
            account.pending_debits += debits
            account.pending_credits += credits_
            fall = falls.setdefault(id_, [0, 0])
            fall[0] += debits
            fall[1] += credits_
        for id_, units in booking.legs:
            fall = falls.setdefault(id_, [0, 0])
            fall[0] += units
            fall[1] -= units
        for id_, (of_credits, of_debits) in falls.items():
            account = self.accounts.get(id_) or self._open(id_)
            account.fall_of_credits += max(of_credits, 0)
            account.fall_of_debits += max(of_debits, 0)

    def is_plain(self) -> bool:
        """Tell whether nothing but the accounts' state can speak against it."""
        return (
            len(set(self.keys)) == len(self.keys)
            and all(map(_is_plain, self.bookings))
            and all(
                max(one.debits, one.credits, one.fall_of_credits, one.fall_of_debits)
                < PLAIN_UNITS
                for one in self.accounts.values()
            )
        )

    def columns(self) -> dict[str, str]:
        """Return the arrays that ``book`` takes, by name."""
        accounts, bookings = list(self.accounts.values()), self.bookings
        steps = list(zip(*self.steps, strict=True)) or [()] * len(_STEPS)
        return {
            "accounts": array(one.key for one in accounts),
            "debits": array(one.debits for one in accounts),
            "credits": array(one.credits for one in accounts),
            "pending_debits": array(one.pending_debits for one in accounts),
            "pending_credits": array(one.pending_credits for one in accounts),
            "counts": array(one.count for one in accounts),
            "fall_of_credits": array(
                map(_bounded, [one.fall_of_credits for one in accounts])
            ),
            "fall_of_debits": array(
                map(_bounded, [one.fall_of_debits for one in accounts])
            ),
            "ids": array(self.keys),
            "hashes": array(hash_.hex() for hash_ in self.hashes),
            "kinds": _texts(one.kind for one in bookings),
            "states": array(one.state for one in bookings),
            "effective": array(_day(one.effective_on) for one in bookings),
            "reverses": array(_key(one.reverses) for one in bookings),
            "holds": array(_key(one.hold) for one in bookings),
            "legs": array(len(one.legs) for one in bookings),
            "memos": _texts(one.memo for one in bookings),
            "details": _texts(
                json.dumps(dict(one.details)) if one.details else "{}"
                for one in bookings
            ),
            **self._told(),
            **{name: array(of) for name, of in zip(_STEPS, steps, strict=True)},
        }

    def _told(self) -> dict[str, str]:
        """Number the parts in which the audit log is told of each entry."""
        places: list[int] = []
        told: list[tuple[int, int]] = []
        for entry, booking in enumerate(self.bookings, 1):
            places.append(len(told) + 1)
            told += [(entry, part) for part in range(1, booking.parts() + 1)]
        return {
            "places": array(places),
            "told_entries": array(entry for entry, _ in told),
            "told_parts": array(part for _, part in told),
        }

    def outcomes(self, versions: Sequence[int], sums: Sequence[int]) -> list[Posted]:
        """Tell what came of each booking, given where its accounts stood before."""
        ids = list(self.accounts)
        legs = [
            PostedLeg(
                ids[account - 1],
                units,
                versions[account - 1] + version,
                sums[account - 1] + after,
            )
            for account, _, _, units, version, after in self.steps
        ]
        told, begin = [], 0
        for booking in self.bookings:
            end = begin + len(booking.legs)
            told.append(Posted(booking.id, tuple(legs[begin:end]), replayed=False))
            begin = end
        return told


_STEPS: Final = (
    "step_accounts",
    "step_entries",
    "step_legs",
    "step_units",
    "step_versions",
    "step_sums",
)


def _is_plain(booking: Booking) -> bool:
    """Tell whether a booking balances over all and is no reversal."""
    return booking.reverses is None and not sum([units for _, units in booking.legs])


def _bounded(fall: int) -> int:
    """Keep within 63 bits what only what is plain is judged by."""
    return min(fall, PLAIN_UNITS)


def _key(entry: EntryId | None) -> str:
    return "NULL" if entry is None else key_of("entry", entry)


def _texts(values: Iterable[str]) -> str:
    """Quote texts all at once: none that is kept holds a NUL, so that divides them."""
    quoted = "\0".join(values).replace("\\", "\\\\").replace('"', '\\"')
    return '{"' + quoted.replace("\0", '","') + '"}'

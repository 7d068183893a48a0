"""How old arrears are: overdue amounts by bands of days late."""

from collections.abc import Sequence
from dataclasses import dataclass

from contracts.state import InstalmentState, LoanState
from ledger.money import Money


@dataclass(frozen=True, slots=True)
class Band:
    """A band of days late, both ends included; no last day means any age."""

    name: str
    first_day: int
    last_day: int | None = None

    def holds(self, days: int) -> bool:
        """Tell whether a number of days late lies in the band."""
        return self.first_day <= days and (
            self.last_day is None or days <= self.last_day
        )


def overdue(state: LoanState) -> list[tuple[InstalmentState, int]]:
    """Return the instalments that are late, the oldest first, each with its age in days."""
    return [
        (instalment, (state.on - instalment.due_on).days)
        for instalment in state.instalments
        if instalment.unpaid and instalment.due_on < state.on
    ]


def by_band(state: LoanState, bands: Sequence[Band]) -> dict[str, Money]:
    """Add up what is overdue of each instalment by how late it is; bands without none."""
    found: dict[str, Money] = {}
    for instalment, days in overdue(state):
        for band in bands:
            if band.holds(days):
                zero = Money.zero(instalment.unpaid.currency)
                found[band.name] = found.get(band.name, zero) + instalment.unpaid
                break
    return found

"""Named stresses: what would become of a portfolio if one bad thing happened to it.

The shocks are data (``stresses.json``). Of a stress, the first shock that fits a loan is
the one it feels; a loan that none fits is left as it is.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

from ledger.money import BPS_PER_ONE
from risk.provisions import Exposure


@dataclass(frozen=True)
class Tagged:
    """An exposure, and what of its firm a stress may be about."""

    exposure: Exposure
    currency: str
    sector: str
    earns_other: bool


@dataclass(frozen=True)
class Shock:
    """Factors on PD and LGD for the loans it fits; None fits all."""

    pd_factor_bps: int
    lgd_factor_bps: int
    currency: str | None = None
    earns_other: bool | None = None
    sectors: tuple[str, ...] | None = None

    def fits(self, one: Tagged) -> bool:
        """Say whether a loan feels it."""
        return (
            self.currency in (None, one.currency)
            and self.earns_other in (None, one.earns_other)
            and (self.sectors is None or one.sector in self.sectors)
        )


@dataclass(frozen=True)
class Stress:
    """A bad thing that may happen, in words, and its shocks."""

    name: str
    en: str
    km: str
    shocks: tuple[Shock, ...]

    def on(self, portfolio: Sequence[Tagged]) -> list[Exposure]:
        """Return the portfolio's exposures as they would be."""
        return [self._felt(one) for one in portfolio]

    def _felt(self, one: Tagged) -> Exposure:
        shock = next((shock for shock in self.shocks if shock.fits(one)), None)
        if shock is None:
            return one.exposure
        pd = one.exposure.pd_bps * shock.pd_factor_bps // BPS_PER_ONE
        lgd = one.exposure.lgd_bps * shock.lgd_factor_bps // BPS_PER_ONE
        return replace(
            one.exposure, pd_bps=min(pd, BPS_PER_ONE), lgd_bps=min(lgd, BPS_PER_ONE)
        )


@cache
def named_stresses() -> tuple[Stress, ...]:
    """Read the stresses that ship with the platform."""
    raw = json.loads(files("risk").joinpath("stresses.json").read_text("utf-8"))
    return tuple(_read(item) for item in raw["stresses"])


def _read(raw: dict[str, Any]) -> Stress:
    shocks = tuple(
        Shock(**shock | {"sectors": tuple(shock["sectors"])})
        if "sectors" in shock
        else Shock(**shock)
        for shock in raw["shocks"]
    )
    return Stress(raw["name"], raw["en"], raw["km"], shocks)

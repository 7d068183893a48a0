"""Play the demo world from its first morning to its present."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from api import auth, jobs
from api.auth import Role
from api.portal import Person
from api.services import Services
from api.world import borrowing, joining, leaving, owning, repaying, summary
from api.world.cast import FIRMS
from api.world.stage import MORNING, Player, Stage
from contracts.months import add_months
from finance.rails import FakeRail
from ledger.clock import StoppedClock, business_date

MONTHS_AGO: Final = 12
DAYS_BEFORE_THAT: Final = 20
LENDERS_SHOWN: Final = 3
SEED: Final = 20250901


def first_morning(now: datetime) -> datetime:
    """Return when the world begins, so that its present is some days before now."""
    day = add_months(business_date(now), -MONTHS_AGO) - timedelta(days=DAYS_BEFORE_THAT)
    return datetime.combine(day, MORNING)


@dataclass(frozen=True)
class Played:
    """What a played world leaves: its summary and keys for some of its people."""

    summary: dict[str, Any]
    people: list[Person]


async def play(
    services: Services,
    *,
    clock: StoppedClock,
    rail: FakeRail,
    export_to: Path,
    tell: Callable[[str], None],
    until: date,
) -> Played:
    """Play every act; what is seen afterwards really happened in the database.

    The last act is on ``until``: the day before the machine's clock takes over, which
    would be taken for a wrong one had it to jump.
    """
    stage = Stage(
        services,
        clock,
        rail,
        jobs.jobs_of(services),
        random.Random(SEED),  # noqa: S311 - a world that is the same every time
        tell,
    )
    await joining.play(stage)
    found = await borrowing.play(stage)
    share_id = await owning.play(stage)
    await repaying.play(stage, found)
    while stage.today < until:
        await stage.go_on(1)
    await leaving.play(stage)
    people = await _hand_out_keys(stage)
    tell("The log is sealed, exported and verified")
    verified = await summary.export_and_verify(stage, export_to)
    counted = await summary.summarise(stage, found, share_id, verified)
    return Played(counted, people)


async def _hand_out_keys(stage: Stage) -> list[Person]:
    """Give keys to those whom visitors may play: two of most, all of the office."""
    people = [
        await _person(stage, player, Role.OPERATOR, story)
        for player, story in zip(
            stage.operators, ("reviews first", "approves second"), strict=True
        )
    ]
    if stage.regulator is not None:
        story = "exports and verifies the log"
        people.append(await _person(stage, stage.regulator, Role.REGULATOR, story))
    for firm in (FIRMS[7], FIRMS[0], FIRMS[4], FIRMS[9]):
        player = stage.firms[firm.name]
        people.append(await _person(stage, player, Role.SME, firm.purpose))
    busiest = sorted(stage.lenders, key=lambda player: -player.pledges)[:LENDERS_SHOWN]
    story = "lends to many firms"
    people += [await _person(stage, player, Role.LENDER, story) for player in busiest]
    return people


async def _person(stage: Stage, player: Player, role: Role, story: str) -> Person:
    key = await stage.db.transact(auth.create_key, party=player.id, role=role)
    return Person(player.name, role, key.shown, story)

"""Open the installation for one command and close it behind."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from importlib import import_module
from typing import TypeVar

from api import house
from api.jobs.timestamps import SealTimes
from api.services import Services
from api.settings import Settings
from contracts.documents import Press
from contracts.keys import WRAPPING_BYTES, Vault
from contracts.quorum import Group, QuorumRefused, read_group
from finance import rails
from finance.signing import Custody
from ledger import audit, private_files
from ledger.clock import Clock, SystemClock
from ledger.database import Database, close_engine, make_engine
from ledger.errors import Unavailable
from ledger.outbox import AuditMode

T = TypeVar("T")

LOG_KEY = "log.key"
SECOND_KEY = "log.mldsa44.key"
WRAPPING_KEY = "wrapping.key"


def signer_of(settings: Settings) -> audit.Signer:
    """Return the key that signs this installation's log."""
    signer = audit.load_or_create_signer(settings.data / LOG_KEY, settings.log_origin)
    if not settings.second_signature:
        return signer
    return replace(signer, second=second_of(settings).line)


def second_of(settings: Settings) -> audit.SecondSigner:
    """Return the key of the second line under the log's heads."""
    return audit.load_or_create_second(settings.data / SECOND_KEY, settings.log_origin)


def policy_of(settings: Settings, signer: audit.Signer | None) -> audit.Policy | None:
    """Return whose cosignatures the log's heads need.

    Raises:
        Unavailable: The file is no policy, or not one of this log.
    """
    if settings.witness_policy is None or signer is None:
        return None
    try:
        policy = audit.Policy.read(settings.witness_policy.read_bytes())
    except (OSError, audit.PolicyRefused) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise Unavailable(f"the setting TONLE_WITNESS_POLICY: {why}") from error
    if signer.key not in policy.logs:
        raise Unavailable(
            f"the setting TONLE_WITNESS_POLICY: add the line: log {signer.key}"
        )
    group = group_of(settings, policy)
    return replace(policy, beside=(str(group.key),)) if group else policy


def group_of(settings: Settings, policy: audit.Policy | None) -> Group | None:
    """Return which witnesses give one BLS line together.

    Raises:
        Unavailable: The file is no group, or one of others than the policy's witnesses.
    """
    if settings.witness_group is None or policy is None:
        return None
    try:
        group = read_group(settings.witness_group.read_bytes())
    except (OSError, QuorumRefused) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise Unavailable(f"the setting TONLE_WITNESS_GROUP: {why}") from error
    strangers = group.members.keys() - {one.name for one in policy.witnesses}
    if strangers:
        raise Unavailable(
            "the setting TONLE_WITNESS_GROUP: no witness of the policy is called"
            f" {', '.join(sorted(strangers))}"
        )
    return group


def authority_of(settings: Settings) -> audit.Authority | None:
    """Return who stamps the log's heads.

    Raises:
        Unavailable: There is an address without roots to believe it under.
    """
    if not settings.timestamp_url:
        return None
    if settings.timestamp_roots is None:
        raise Unavailable("TONLE_TIMESTAMP_URL needs TONLE_TIMESTAMP_ROOTS, a PEM file")
    try:
        pem = settings.timestamp_roots.read_bytes()
        return audit.Authority.read(settings.timestamp_url, pem)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise Unavailable(f"the setting TONLE_TIMESTAMP_ROOTS: {why}") from error


def seal_of(settings: Settings) -> Callable[[bytes], bytes] | None:
    """Return what seals prints by the operator's certificate.

    Raises:
        Unavailable: The file, its password or the library for it is missing or wrong.
    """
    if settings.seal_certificate is None:
        return None
    password = settings.seal_password.get_secret_value().encode()
    try:
        sealing = import_module("contracts.documents.sealing")
        pkcs12 = settings.seal_certificate.read_bytes()
        authority = authority_of(settings)
        ask = SealTimes(authority).ask if authority else None
        seal = sealing.Seal.read(pkcs12, password, ask=ask)
    except ImportError as error:
        raise Unavailable(
            "TONLE_SEAL_CERTIFICATE needs pyhanko: install the extra tonle[seal]"
        ) from error
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise Unavailable(f"the setting TONLE_SEAL_CERTIFICATE: {why}") from error
    put_on: Callable[[bytes], bytes] = seal.put_on
    return put_on


def custody_of(settings: Settings) -> Custody:
    """Return the vault of the signing keys this installation holds.

    Raises:
        Unavailable: A wrapping key is not 64 hex digits.
    """
    given = [key.get_secret_value() for key in settings.wrapping_keys]
    if not given:
        file = settings.data / WRAPPING_KEY
        made = private_files.read_or_make(file, _new_wrapping_key)
        given = [made.decode("ascii", "replace").strip()]
    try:
        wrapping = [bytes.fromhex(key) for key in given]
    except ValueError:
        wrapping = [b""]
    if any(len(key) != WRAPPING_BYTES for key in wrapping):
        raise Unavailable(
            "a wrapping key is not 64 hex digits; see TONLE_WRAPPING_KEYS"
        )
    return Custody(Vault(*wrapping), settings.log_origin)


def _new_wrapping_key() -> bytes:
    return f"{secrets.token_hex(WRAPPING_BYTES)}\n".encode()


@asynccontextmanager
async def connected(
    url: str, settings: Settings, *, clock: Clock | None = None
) -> AsyncIterator[Services]:
    """Yield what the ways in need, over the application's database."""
    signer = None if settings.audit is AuditMode.OFF else signer_of(settings)
    policy = policy_of(settings, signer)
    inline = audit.seal_inline(signer) if signer else None
    engine = make_engine(url)
    db = Database(
        engine, clock or SystemClock(), audit=settings.audit, seal_inline=inline
    )
    providers: dict[str, rails.Rail] = {}
    if settings.demo_bank:
        bank = rails.FakeRail(db.clock)
        providers[bank.name] = bank
    try:
        yield Services(
            db,
            providers,
            pays_by=next(iter(providers), ""),
            signer=signer,
            policy=policy,
            group=group_of(settings, policy),
            custody=custody_of(settings),
            press=Press(),
            authority=authority_of(settings),
            seal=seal_of(settings),
        )
    finally:
        await close_engine(engine)


def with_services(work: Callable[[Services], Awaitable[T]]) -> T:
    """Run one piece of work on the installation."""
    settings = Settings()

    async def run(url: str) -> T:
        async with connected(url, settings) as services:
            return await work(services)

    with house.opened(settings) as urls:
        return asyncio.run(run(urls.app))


def with_database(work: Callable[[Database], Awaitable[T]]) -> T:
    """Run one piece of work on the installation's database."""
    return with_services(lambda services: work(services.db))

"""Choose who computes BLS signatures: the compiled back end when it proves itself.

At start it must give known answers, a published one among them (ethereum/bls12-381-tests),
and refuse what must be refused. Otherwise, and where no wheel of it exists, py-ecc
computes everything: right and slow.
"""

from importlib import import_module
from typing import Final

import structlog

from contracts.bls.suite import INFINITY_KEY, INFINITY_SIGNATURE, Suite

log = structlog.get_logger()

_SECRET: Final = 0x263DBD792F5B1BE47ED85F8938C0F29586AF0D3AC7B977F21C278FE1462040E3
_MESSAGE: Final = bytes(32)
_KEY: Final = bytes.fromhex(
    "a491d1b0ecd9bb917989f0e74f0dea0422eac4a873e5e2644f368dffb9a6e20f"
    "d6e10c1b77654d067c0618f6e5a7f79a"
)
_SIGNATURE: Final = bytes.fromhex(
    "b6ed936746e01f8ecf281f020953fbf1f01debd5657c4a383940b020b26507f6"
    "076334f91e2366c96e9ab279fb5158090352ea1c5b0c9274504f4f0e7053af24"
    "802e51e4568d164fe986834f41e55c8e850ce1f98458c0cfc9ab380b55285a55"
)
_PROOF: Final = bytes.fromhex(
    "b803eb0ed93ea10224a73b6b9c725796be9f5fefd215ef7a5b97234cc956cf68"
    "70db6127b7e4d824ec62276078e787db05584ce1adbf076bc0808ca0f15b73d5"
    "9060254b25393d95dfc7abe3cda566842aaedf50bbb062aae1bbb6ef3b1f77e1"
)


def choose() -> Suite:
    """Return the compiled back end when it is there and right, else the reference.

    The reference is loaded only when needed: it takes a second.
    """
    try:
        native: Suite = import_module("contracts.bls.native").Native()
    except ImportError:
        log.warning("bls_slow", reason="no compiled back end on this machine")
    else:
        if is_right(native):
            return native
        log.error("bls_slow", reason="the compiled back end failed its self-test")
    reference: Suite = import_module("contracts.bls.reference").Reference()
    return reference


def is_right(suite: Suite) -> bool:
    """Say whether a back end gives the known answers and no others."""
    two = suite.aggregate([_SIGNATURE, _SIGNATURE])
    true = (
        suite.public_key(_SECRET) == _KEY,
        suite.sign(_SECRET, _MESSAGE) == _SIGNATURE,
        suite.prove(_SECRET) == _PROOF,
        suite.verify(_KEY, _MESSAGE, _SIGNATURE),
        suite.verify_proof(_KEY, _PROOF),
        suite.aggregate_verify([_KEY, _KEY], [_MESSAGE, _MESSAGE], two),
        suite.fast_aggregate_verify([_KEY], _MESSAGE, _SIGNATURE),
    )
    false = (
        suite.verify(_KEY, b"another", _SIGNATURE),
        suite.verify(INFINITY_KEY, _MESSAGE, INFINITY_SIGNATURE),
        suite.verify_proof(_KEY, _SIGNATURE),
        suite.aggregate_verify([], [], INFINITY_SIGNATURE),
        suite.fast_aggregate_verify([], _MESSAGE, INFINITY_SIGNATURE),
        suite.fast_aggregate_verify([INFINITY_KEY], _MESSAGE, INFINITY_SIGNATURE),
    )
    return all(true) and not any(false)


SUITE: Final[Suite] = choose()

"""One line for many witnesses: right, or refused for what is wrong with it."""

from collections.abc import Callable

import pytest

from contracts import bls
from contracts.quorum import Group, QuorumRefused, message, read_group
from ledger.audit import Checkpoint, Note
from tests.conftest import FIRST_MOMENT as AT
from tests.ledger.audit.builders import SIGNER

NAMES = ("regulator", "trustee", "auditor")
SECRETS = dict(zip(NAMES, (11, 22, 33), strict=True))
HEAD = Checkpoint(SIGNER.name, 7, bytes(range(32)))
NOTE = SIGNER.sign(HEAD)


def member(name: str, secret: int) -> str:
    key, proof = bls.SUITE.public_key(secret), bls.SUITE.prove(secret)
    return f"member {name} {key.hex()} {proof.hex()}"


def text(*members: str, needed: int = 2) -> bytes:
    lines = members or [member(*pair) for pair in SECRETS.items()]
    return "\n".join([f"group two {needed}", *lines, ""]).encode()


GROUP = read_group(text())


def signed(
    *names: str, head: Checkpoint = HEAD, group: str = "two"
) -> dict[str, bytes]:
    told = message(group, head, AT)
    return {name: bls.SUITE.sign(SECRETS[name], told) for name in names}


def line_of(*names: str) -> str:
    return GROUP.line(HEAD, AT, signed(*names))


def body(line: str) -> bytes:
    (mark,) = Note.read(NOTE + line).by(GROUP.key)
    return mark


@pytest.mark.parametrize(
    "names", [("regulator", "trustee"), ("auditor", "trustee"), NAMES]
)
def test_the_line_names_who_signed_in_the_groups_order(names: tuple[str, ...]) -> None:
    found = GROUP.check(NOTE + line_of(*names))

    assert found.names == tuple(name for name in NAMES if name in names)
    assert found.at == AT


def test_the_line_is_small() -> None:
    assert len(body(line_of(*NAMES))) == 8 + 1 + 1 + 96


def test_too_few_make_no_line() -> None:
    with pytest.raises(QuorumRefused, match="1 signed, 2 are needed"):
        line_of("regulator")


@pytest.mark.parametrize(
    "wrong",
    [
        signed("regulator", "trustee", head=Checkpoint(SIGNER.name, 8, HEAD.root)),
        signed("regulator", "trustee", head=Checkpoint("other.example", 7, HEAD.root)),
        signed("regulator", "trustee", group="other"),
        {**signed("regulator"), "trustee": signed("regulator")["regulator"]},
        {**signed("regulator"), "trustee": bls.INFINITY_SIGNATURE},
        {**signed("regulator"), "trustee": b""},
        {**signed("regulator"), "stranger": signed("trustee")["trustee"]},
    ],
    ids=["size", "log", "group", "doubled", "infinity", "empty", "stranger"],
)
def test_a_wrong_signature_makes_no_line(wrong: dict[str, bytes]) -> None:
    with pytest.raises(QuorumRefused, match="did not sign"):
        GROUP.line(HEAD, AT, wrong)


Change = Callable[[bytes], bytes]
TWO = body(line_of("regulator", "trustee"))
FORGED: dict[str, Change] = {
    "another signer": lambda b: b[:9] + b"\x05" + b[10:],
    "one more signer": lambda b: b[:9] + b"\x07" + b[10:],
    "one signer less": lambda b: b[:9] + b"\x01" + b[10:],
    "nobody": lambda b: b[:9] + b"\x00" + b[10:],
    "a bit for nobody": lambda b: b[:9] + b"\x0b" + b[10:],
    "a wider bitmap": lambda b: b[:8] + b"\x02" + b[9:10] + b"\x00" + b[10:],
    "a width that is not there": lambda b: b[:8] + b"\x02" + b[9:],
    "another time": lambda b: bytes(7) + b"\x01" + b[8:],
    "no time": lambda b: bytes(8) + b[8:],
    "a time beyond calendars": lambda b: b"\x7f" + b[1:],
    "infinity": lambda b: b[:10] + bls.INFINITY_SIGNATURE,
    "no signature": lambda b: b[:10],
    "cut": lambda b: b[:-1],
    "longer": lambda b: b + b"\x00",
    "a flipped bit": lambda b: b[:-1] + bytes([b[-1] ^ 1]),
    "one signature for both": lambda b: b[:10] + signed("regulator")["regulator"],
    "one signature twice": lambda b: (
        b[:10] + bls.SUITE.aggregate([signed("regulator")["regulator"]] * 2)
    ),
}


@pytest.mark.parametrize("what", FORGED)
def test_a_forged_line_is_refused(what: str) -> None:
    with pytest.raises(QuorumRefused):
        GROUP.check(NOTE + GROUP.key.line(FORGED[what](TWO)))


def test_a_line_under_another_head_is_refused() -> None:
    other = SIGNER.sign(Checkpoint(SIGNER.name, 8, HEAD.root))

    with pytest.raises(QuorumRefused, match="does not fit"):
        GROUP.check(other + line_of(*NAMES))


def test_the_line_is_there_once() -> None:
    line = line_of(*NAMES)

    for note, count in ((NOTE, 0), (NOTE + line + line, 2)):
        with pytest.raises(QuorumRefused, match=f"{count} lines"):
            GROUP.check(note)


def test_a_group_of_other_members_or_another_quorum_has_another_line() -> None:
    line = line_of(*NAMES)
    fewer = [member(name, SECRETS[name]) for name in NAMES[:2]]

    for other in (text(needed=1), text(*fewer), text(*reversed(fewer))):
        with pytest.raises(QuorumRefused, match="0 lines"):
            read_group(other).check(NOTE + line)


def test_keys_that_cancel_each_other_out_do_not_sign_by_nothing() -> None:
    secrets = (5, bls.ORDER - 5)
    pair = read_group(text(*map(member, ("one", "two"), secrets)))
    line = pair.key.line(TWO[:9] + b"\x03" + bls.INFINITY_SIGNATURE)

    with pytest.raises(QuorumRefused):
        pair.check(NOTE + line)


ONE = member("regulator", 11)
UNREADABLE = {
    "nothing": b"",
    "no group": ONE.encode(),
    "no member": b"group two 1\n",
    "more needed than there are": text(ONE),
    "none needed": text(ONE, needed=0),
    "a number that is none": f"group two \u0661\n{ONE}\n".encode(),
    "a giant": b"#" * 70_000,
    "a name twice": text(ONE, member("regulator", 12)),
    "a key twice": text(ONE, member("trustee", 11)),
    "an unproven key": text(
        ONE, member("trustee", 22).replace(ONE.split()[3], "")[:-1]
    ),
    "a proof of another": text(
        ONE, " ".join([*member("trustee", 22).split()[:3], ONE.split()[3]])
    ),
    "infinity": text(
        ONE, f"member x {bls.INFINITY_KEY.hex()} {bls.INFINITY_SIGNATURE.hex()}"
    ),
    "no hexadecimal": text(ONE, "member x y z"),
    "a member without proof": text(ONE, " ".join(ONE.split()[:3])),
    "another word": text(ONE, "witness x y z"),
    "a plus": text(ONE, needed=1).replace(b"group two", b"group t+o"),
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_what_is_no_group_is_refused(what: str) -> None:
    with pytest.raises(QuorumRefused):
        read_group(UNREADABLE[what])


def test_a_large_group_counts_every_bit() -> None:
    secrets = {f"w{n}": 100 + n for n in range(11)}
    group: Group = read_group(
        text(*[member(*pair) for pair in secrets.items()], needed=9)
    )
    told = message("two", HEAD, AT)
    last = {n: bls.SUITE.sign(s, told) for n, s in [*secrets.items()][2:]}

    found = group.check(NOTE + group.line(HEAD, AT, last))

    assert found.names == (*last,)

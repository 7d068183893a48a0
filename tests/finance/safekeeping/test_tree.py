"""The tree of balances: every leaf is counted, and no lie about a sum passes."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finance.safekeeping import tree
from finance.safekeeping.tree import SUM_LIMIT, Node, Step
from ledger.audit.verifier import counts
from ledger.audit.verifier.answers import Tampered
from ledger.errors import InvariantBroken

balances = st.lists(st.integers(0, 10**12), min_size=1, max_size=40)


def leaves_of(amounts):
    return [
        tree.leaf(tree.blind(f"acct_{at}", bytes(32)), amount)
        for at, amount in enumerate(amounts)
    ]


@given(balances)
def test_every_balance_is_shown_to_be_in_the_total(amounts):
    leaves = leaves_of(amounts)
    top = tree.root(leaves)

    assert top.sum == sum(amounts)
    for at, mine in enumerate(leaves):
        assert tree.counts(mine, tree.path(leaves, at), top)


@given(balances, st.data())
def test_a_balance_not_counted_as_it_is_is_seen(amounts, data):
    leaves = leaves_of(amounts)
    top = tree.root(leaves)
    at = data.draw(st.integers(0, len(leaves) - 1))
    more = tree.leaf(tree.blind(f"acct_{at}", bytes(32)), amounts[at] + 1)

    assert not tree.counts(more, tree.path(leaves, at), top)
    assert not tree.counts(
        leaves[at], tree.path(leaves, at), Node(top.hash, top.sum + 1)
    )


@given(st.lists(st.integers(0, 9), min_size=2, max_size=20), st.data())
def test_no_step_can_be_bent_turned_left_out_or_added(amounts, data):
    leaves = leaves_of(amounts)
    top, at = tree.root(leaves), data.draw(st.integers(0, len(leaves) - 1))
    steps = tree.path(leaves, at)
    bent = data.draw(st.integers(0, len(steps) - 1))
    step = steps[bent]
    more = dataclasses.replace(step.node, sum=step.node.sum + 1)

    for wrong in (
        [*steps[:bent], Step(more, on_left=step.on_left), *steps[bent + 1 :]],
        [*steps[:bent], Step(step.node, on_left=not step.on_left), *steps[bent + 1 :]],
        steps[:bent] + steps[bent + 1 :],
        [*steps, step],
    ):
        assert not tree.counts(leaves[at], wrong, top)


@pytest.mark.parametrize("units", [-1, SUM_LIMIT, -(2**63), 2**64])
def test_a_sum_below_zero_or_too_large_is_neither_made_nor_believed(units):
    with pytest.raises(InvariantBroken, match="sum"):
        tree.leaf(bytes(32), units)
    mine = tree.leaf(bytes(32), 5)
    neighbour = Step(Node(bytes(32), units), on_left=False)
    assert not tree.counts(mine, [neighbour], Node(bytes(32), 5 + units))


def test_sums_that_overflow_together_are_refused():
    most = tree.leaf(bytes(32), SUM_LIMIT - 1)

    with pytest.raises(InvariantBroken, match="sum"):
        tree.join(most, tree.leaf(bytes(32), 1))
    step = Step(tree.leaf(bytes(32), 1), on_left=True)
    assert not tree.counts(most, [step], Node(bytes(32), 0))


def test_hashes_of_another_length_are_refused():
    mine = tree.leaf(bytes(32), 5)

    assert not tree.counts(mine, [Step(Node(b"short", 1), on_left=True)], mine)
    assert tree.counts(mine, [], mine)


def test_no_leaves_sum_to_nothing():
    assert tree.root([]).sum == 0


WAY = {"account": "acct_a", "balance": "7", "salt": "00" * 32}
BIG = {"hash": "11" * 32, "side": "left", "sum": str(2**63 - 1)}


@pytest.mark.parametrize(
    "changed",
    [
        {"steps": [BIG]},
        {"steps": [{**BIG, "sum": "-1"}]},
        {"steps": [{**BIG, "sum": "007"}]},
        {"steps": [{**BIG, "sum": "1", "side": "up"}]},
        {"steps": [{**BIG, "sum": "1", "hash": "zz" * 32}]},
        {"steps": [1]},
        {"balance": str(2**63)},
        {"salt": "AA" * 32},
    ],
)
def test_the_verifier_names_a_way_that_cannot_be(changed):
    with pytest.raises(Tampered, match="the way"):
        counts.top_of({**WAY, "steps": [], **changed})

"""The tree of all wallets, and one owner's path in it."""

from finance.safekeeping import tree


def cases(wallets):
    """Return what is timed: name, work, rounds, goal."""
    leaves = _leaves(wallets)
    top, steps = tree.root(leaves), tree.path(leaves, wallets // 2)
    mine = leaves[wallets // 2]
    return [
        (f"leaves and root of {wallets} wallets", lambda: _root(wallets), 3, "-"),
        (f"a path among {wallets}", lambda: tree.path(leaves, wallets // 2), 3, "-"),
        ("check a path", lambda: tree.counts(mine, steps, top), 21, "-"),
    ]


def _leaves(wallets):
    return [
        tree.leaf(tree.blind(f"acct_{number}", bytes(32)), number)
        for number in range(wallets)
    ]


def _root(wallets):
    return tree.root(_leaves(wallets))

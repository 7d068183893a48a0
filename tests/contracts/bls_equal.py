"""Hold two back ends to the same bytes: python -m tests.contracts.bls_equal [NUMBER].

All published cases through both, then that many random secrets and messages (1,000):
key and signature of each, and of every tenth the proof of possession too.
"""

import random
import sys

from contracts import bls
from contracts.bls.native import Native
from contracts.bls.reference import Reference
from tests.contracts import bls_cases

_SEED = 20261123
_LONGEST = 300


def main(arguments):
    """Print the counts; fail when one case or one byte differs."""
    count = int(arguments[0]) if arguments else 1_000
    suites = Native(), Reference()
    wrong = 0
    for suite in suites:
        passed = sum(
            bls_cases.answer(suite, case) == bls_cases.wanted(case)
            for case in bls_cases.CASES
        )
        wrong += len(bls_cases.CASES) - passed
        tell(f"{suite.name}: {passed} of {len(bls_cases.CASES)} published cases")
    luck = random.Random(_SEED)
    differing = sum(not _agree(suites, luck, number) for number in range(count))
    tell(f"{count - differing} of {count} random keys and messages equal to the byte")
    return 1 if wrong or differing else 0


def tell(line):
    sys.stdout.write(f"{line}\n")


def _agree(suites, luck, number):
    secret = luck.randrange(1, bls.ORDER)
    message = luck.randbytes(luck.randrange(_LONGEST))
    acts = [("public_key", ()), ("sign", (message,))]
    if number % 10 == 0:
        acts.append(("prove", ()))
    return all(
        len({getattr(suite, act)(secret, *words) for suite in suites}) == 1
        for act, words in acts
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

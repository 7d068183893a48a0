"""Let a process that has loaded its programs spend less time looking for garbage."""

import gc

# Reading a statement makes some twenty thousand things that all stay a while.
_MADE_BEFORE_A_LOOK = 50_000


def settle() -> None:
    """Keep what is loaded out of the search for garbage, and search less often.

    Looking through everything again and again would cost a busy writer of entries a
    third of its time, and a reader of statements a tenth.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_MADE_BEFORE_A_LOOK)

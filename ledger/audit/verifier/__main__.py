"""Run the verifier from its parts: ``python -m ledger.audit.verifier``."""

import sys

from ledger.audit.verifier.program import main

sys.exit(main())

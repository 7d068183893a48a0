"""Run a witness alone, without loading the platform: ``python -m api.witness``."""

import sys

from api.witness import app
from ledger.errors import Unavailable

try:
    app()
except Unavailable as trouble:
    sys.exit(f"tonle: {trouble}")

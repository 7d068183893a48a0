"""Where the laws of what people do with money are written."""

from pathlib import Path

FINANCE_LAWS = Path(__file__).with_name("invariants.sql")

"""The command ``tonle``: calculators, the books, the log, keys, and serving."""

from api.cli.main import main

__all__ = ["main"]

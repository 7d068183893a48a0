"""Verify an exported log: the parts of the ``verify.py`` that goes with every export.

Standard library only, and nothing of ours: this is the second, independent reading of
the format. ``ledger.audit.single_file`` joins the parts into one program.
"""

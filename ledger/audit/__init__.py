"""Keep a log of every act that outsiders can verify without trusting the operator.

``journal_events`` is in ``ledger.audit.journal``; the sealer, the export and the keys
are in the modules of their names. The format is described in docs/audit-format.md.
"""

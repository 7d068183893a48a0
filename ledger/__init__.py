"""What happened: money, entries, audit, and the tools all floors share."""

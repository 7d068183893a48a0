"""Everything a day-end writes, without the ids it makes up: to compare two of them."""

from typing import Final

import psycopg

_PARTS: Final = {
    "entries": """
        SELECT e.kind, e.effective_on, string_agg(a.path || ' ' || p.units, ', '
               ORDER BY a.path, p.units)
          FROM entry e JOIN posting p ON p.entry = e.id JOIN account a ON a.id = p.account
         GROUP BY e.id ORDER BY 1, 2, 3""",
    "balances": """
        SELECT a.path, b.posted_debits, b.posted_credits, b.version
          FROM balance b JOIN account a ON a.id = b.account ORDER BY 1""",
    "loans": """
        SELECT id, status, interest_booked_minor, fees_booked_minor
          FROM loan ORDER BY 1""",
    "events": """
        SELECT loan, number, kind, happened_on, details FROM loan_event
         ORDER BY 1, 2""",
    "standings": "SELECT * FROM loan_standing ORDER BY loan",
    "gradings": "SELECT * FROM loan_grading ORDER BY loan, graded_on",
    "notices": """
        SELECT loan, kind, concerns_on, amount_minor, queued_on FROM notice
         ORDER BY 1, 2, 3""",
    "days": """
        SELECT business_date, finished_at IS NOT NULL, loans FROM day_end
         ORDER BY 1""",
    "told": """
        SELECT type, data::text FROM event
         WHERE type IN ('loan.late_fee_charged', 'loan.interest_accrued',
                        'loan.graded', 'day_end.counted') ORDER BY 1, 2""",
}


def whole(url: str) -> dict[str, list[tuple[object, ...]]]:
    """Return what stands in the books and beside them, in an order of its own."""
    with psycopg.connect(url) as connection:
        return {
            name: connection.execute(ask).fetchall() for name, ask in _PARTS.items()
        }

"""What people sign: terms, schedules, true cost, agreements."""

from contracts import apr, daycount, loan, schedule, sharing, terms

__all__ = ["apr", "daycount", "loan", "schedule", "sharing", "terms"]

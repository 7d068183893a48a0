"""What people sign: terms, schedules, true cost, agreements."""

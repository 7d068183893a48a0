"""What we know and fear: identity, cash flow, score, price."""

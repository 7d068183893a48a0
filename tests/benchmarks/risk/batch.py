"""Placeholder until batch features are there."""


def report(firms: int, rounds: int) -> list[str]:
    """Nothing yet."""
    return []

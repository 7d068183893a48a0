"""The demo world: small firms, many lenders, a year of loans, all through real doors."""

from api.world.play import FIRST_MORNING, Played, play
from api.world.summary import is_sound

__all__ = ["FIRST_MORNING", "Played", "is_sound", "play"]

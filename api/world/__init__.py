"""The demo world: small firms, many lenders, a year of loans, all through real doors."""

from api.world.play import Played, first_morning, play
from api.world.summary import is_sound

__all__ = ["Played", "first_morning", "is_sound", "play"]

"""The demo world: small firms, many lenders, a year of loans, all through real doors."""

from api.world.play import Played, first_morning, play
from api.world.summary import is_sound
from api.world.witnesses import running as witnesses_running

__all__ = ["Played", "first_morning", "is_sound", "play", "witnesses_running"]

"""A witness of logs: C2SP tlog-witness over HTTP, a program of its own, no platform behind."""

from api.witness.application import create_witness_app
from api.witness.joining import Member, ask, make_member
from api.witness.program import KEY, app

__all__ = ["KEY", "Member", "app", "ask", "create_witness_app", "make_member"]

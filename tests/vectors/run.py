"""Run every case of a file and say what passed."""

from collections import Counter
from dataclasses import dataclass

from ledger.errors import InvariantBroken, Refusal
from tests.vectors import case as cases
from tests.vectors import rates, schedules
from tests.vectors.case import Malformed, Unsupported

_KINDS = {
    "daycount": rates.answer_daycount,
    "apr": rates.answer_apr,
    "xirr": rates.answer_xirr,
    "schedule": schedules.answer,
}
_WORDS = ("pass", "fail", "unsupported")
_UNREADABLE = (ValueError, TypeError, AttributeError, LookupError, ArithmeticError)


@dataclass(frozen=True)
class Verdict:
    """What became of a case: pass, fail or unsupported, and why."""

    case_id: str
    word: str
    reason: str = ""

    def __str__(self):
        """Say it on one line that any terminal can show."""
        told = " ".join(f"{self.case_id} {self.reason}".split())
        return f"{self.word:<11} {told}".encode(errors="backslashreplace").decode()


def _unknown(case):
    raise Unsupported(f"kind {case.kind}")


def judge(case):
    """Answer one case and compare."""
    if isinstance(case, Malformed):
        return Verdict("-", "fail", f"malformed: {case}")
    try:
        answer = _KINDS.get(case.kind, _unknown)
        differences = case.differences(answer(case))
    except Unsupported as reason:
        return Verdict(case.id, "unsupported", str(reason))
    except KeyError as missing:
        return Verdict(case.id, "unsupported", f"no input {missing}")
    except (Refusal, InvariantBroken, *_UNREADABLE) as trouble:
        return Verdict(case.id, "fail", f"{type(trouble).__name__}: {trouble}")
    if differences:
        return Verdict(case.id, "fail", "; ".join([*differences, *_unread(case)]))
    return Verdict(case.id, "pass")


def _unread(case):
    """Tell of inputs that nobody looked at: they may explain a difference."""
    unread = sorted(getattr(case.inputs, "unread", ()))
    return [f"not read: {', '.join(unread)}"] if unread else []


def run(path):
    """Judge every case of a file."""
    return [judge(case) for case in cases.read(path)]


def count(verdicts):
    """Count verdicts by their word."""
    counted = Counter(verdict.word for verdict in verdicts)
    return {word: counted[word] for word in _WORDS}

"""Work nobody waits for: deliver events, keep the deadlines, seal the log."""

from api.jobs.relay import Delivery, Listener, deliver_due
from api.jobs.runner import Duty, Job, keep_all, run_once
from api.jobs.work import duties_of, jobs_of

__all__ = [
    "Delivery",
    "Duty",
    "Job",
    "Listener",
    "deliver_due",
    "duties_of",
    "jobs_of",
    "keep_all",
    "run_once",
]

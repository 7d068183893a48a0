"""Work nobody waits for: deliver events, keep the deadlines, seal the log."""

from api.jobs.relay import Delivery, Listener, deliver_due
from api.jobs.runner import Job, run_jobs, run_once

__all__ = ["Delivery", "Job", "Listener", "deliver_due", "run_jobs", "run_once"]

"""Celery's scheduler for tests: what the real one sends each minute or morning about reminders, each second."""

from config.celery import app
from tests.reminders.killed_worker import run

if __name__ == "__main__":
    schedule = app.conf.beat_schedule
    app.conf.beat_schedule = {
        name: {**entry, "schedule": 1.0} for name, entry in schedule.items() if name.startswith("reminders.")
    }
    run()

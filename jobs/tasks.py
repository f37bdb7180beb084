from celery import shared_task

from . import running, uploads


@shared_task(name="jobs.tasks.run_job")
def run_job(job_id: str) -> None:
    running.run(job_id)


@shared_task(name="jobs.tasks.sweep")
def sweep() -> int:
    return running.sweep() + uploads.sweep()

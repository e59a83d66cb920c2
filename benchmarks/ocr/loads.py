"""Clients that read as fast as they are answered, and what came of each request."""

import queue
import threading
import time
from collections.abc import Sequence

from benchmarks.ocr import figures, systems, workloads


def put(system: systems.System, workload: workloads.Workload) -> figures.Measured:
    """All jobs of a workload, each taken by the next client that is free."""
    waiting: queue.SimpleQueue[workloads.Job] = queue.SimpleQueue()
    for job in workload.jobs:
        waiting.put(job)
    attempts: list[figures.Attempt] = []
    clients = [threading.Thread(target=_read_all, args=(system, waiting, attempts)) for _ in range(workload.clients)]
    before, begun = system.usage(), time.monotonic()
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return figures.Measured(time.monotonic() - begun, attempts, before, system.usage())


def attempt(system: systems.System, job: workloads.Job) -> figures.Attempt:
    """One request."""
    begun = time.monotonic()
    try:
        answer = system.read(job.path)
    except systems.ReadFailed as e:
        return figures.Attempt(job, time.monotonic() - begun, None, str(e))
    return figures.Attempt(job, time.monotonic() - begun, answer)


def errors(attempts: Sequence[figures.Attempt]) -> list[str]:
    """Why requests failed, each reason once."""
    return sorted({each.error for each in attempts if each.error})


def _read_all(system: systems.System, waiting: "queue.SimpleQueue[workloads.Job]", attempts: list[figures.Attempt]) -> None:
    while True:
        try:
            job = waiting.get_nowait()
        except queue.Empty:
            return
        attempts.append(attempt(system, job))

"""Figures for Prometheus: requests answered by the web processes of this host, and queues in the database."""

import os
from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.db.models import Count
from django.utils import timezone
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from followup.models import OutgoingMail, Rendering

# Counted by view: clients can make up any number of addresses, and each would become a time series.
_requests = Counter("huddinge_requests", "Requests answered.", ["view", "method", "status"])
_seconds = Histogram(
    "huddinge_request_seconds",
    "Time to answer a request.",
    ["view"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)


def count_request(view: str, method: str, status: int, seconds: float) -> None:
    """Count one answered request and its time."""
    _requests.labels(view, method if method in ("GET", "HEAD", "POST") else "other", status).inc()
    _seconds.labels(view).observe(seconds)


class QueueCollector(Collector):
    """Queues of PDFs and mails, read from the database at each request for figures."""

    def collect(self) -> Iterator[Metric]:
        now = timezone.now()
        yield _gauge("version_info", "The version that runs.", 1, version=settings.VERSION)
        yield from _pdf_figures(now)
        yield from _mail_figures(now)


def _pdf_figures(now: datetime) -> Iterator[Metric]:
    """Yield the number of PDFs in each state, and how long the first in the queue has waited."""
    count_by_state = dict(Rendering.objects.order_by().values_list("state").annotate(Count("pk")))
    renderings = GaugeMetricFamily("huddinge_renderings", "PDFs by state.", labels=["state"])
    for state in Rendering.State.values:
        renderings.add_metric([state], count_by_state.get(state, 0))
    yield renderings

    asked_at = Rendering.objects.waiting().values_list("asked_at", flat=True).first()
    waited = _seconds_since(asked_at, now)
    yield _gauge("rendering_oldest_wait_seconds", "How long the first PDF in the queue has waited.", waited)


def _mail_figures(now: datetime) -> Iterator[Metric]:
    """Yield the numbers of waiting and failed mails, and how long the oldest waiting one has waited."""
    waiting = OutgoingMail.objects.waiting()
    yield _gauge("mail_waiting", "Mails that wait to be sent.", waiting.count())
    yield _gauge("mail_given_up", "Mails that could not be sent.", OutgoingMail.objects.failed().count())

    created_at = waiting.order_by("created_at").values_list("created_at", flat=True).first()
    waited = _seconds_since(created_at, now)
    yield _gauge("mail_oldest_wait_seconds", "How long the oldest waiting mail has waited.", waited)


def _seconds_since(moment: datetime | None, now: datetime) -> float:
    """Return the seconds from `moment` to `now`; 0 for None, when nothing waits."""
    return (now - moment).total_seconds() if moment else 0


def _gauge(name: str, description: str, value: float, **labels: str) -> Metric:
    gauge = GaugeMetricFamily(f"huddinge_{name}", description, labels=list(labels))
    gauge.add_metric(list(labels.values()), value)
    return gauge


def exposition() -> bytes:
    """Return all figures in the text format of Prometheus."""
    registry = CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:  # set by gunicorn.conf.py: there are several processes
        multiprocess.MultiProcessCollector(registry)
    else:
        registry.register(_requests)
        registry.register(_seconds)
    registry.register(QueueCollector())
    return generate_latest(registry)

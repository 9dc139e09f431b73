"""Heartbeat of the worker services, for `WatchdogSec=` of systemd."""

import logging

from gunicorn.systemd import sd_notify

logger = logging.getLogger(__name__)


def report_alive() -> None:
    """Send a heartbeat to systemd; does nothing where systemd has not started this process."""
    sd_notify("WATCHDOG=1", logger)

"""The progress of a run on a terminal: its own messages and one line per step, without Dagster's prefixes."""

import logging
import sys
from typing import Any

import dagster as dg

_STEP_STARTED = "STEP_START"
_STEP_FAILED = "STEP_FAILURE"


class _ProgressHandler(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        meta: dict[str, Any] = getattr(record, "dagster_meta", {})
        event = meta.get("dagster_event")
        if event is None:
            message = meta.get("orig_message") or record.getMessage()
            if message.startswith("Dependencies for step"):
                return  # a step skipped after a failure, which was reported already
            prefix = "  " if record.levelno < logging.WARNING else f"  {record.levelname}: "
            sys.stderr.write(f"{prefix}{message}\n")
        elif event.event_type_value == _STEP_STARTED:
            sys.stderr.write(f"→ {event.step_key}\n")
        elif event.event_type_value == _STEP_FAILED:
            sys.stderr.write(f"✗ {event.step_key} failed\n")


def _make_logger(_context: dg.InitLoggerContext) -> logging.Logger:
    logger = logging.Logger("syndication.progress", level=logging.INFO)
    logger.addHandler(_ProgressHandler())
    return logger


progress_logger = dg.LoggerDefinition(_make_logger, description="The messages of a run, for a person at a terminal.")

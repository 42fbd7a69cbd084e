"""The progress of a run on a terminal: its own messages and one line per step, without Dagster's prefixes."""

import logging
import sys
from collections.abc import Sequence
from typing import Any

import dagster as dg

_STEP_STARTED = "STEP_START"
_STEP_FAILED = "STEP_FAILURE"


class _ProgressHandler(logging.Handler):
    def __init__(self, expected: Sequence[str]) -> None:
        super().__init__()
        self._expected = expected

    def emit(self, record: logging.LogRecord) -> None:
        meta: dict[str, Any] = getattr(record, "dagster_meta", {})
        event = meta.get("dagster_event")
        if event is None:
            message = meta.get("orig_message") or record.getMessage()
            if message.startswith("Dependencies for step"):
                return  # a step skipped after a failure, which was reported already
            sys.stderr.write(f"  {self._prefix(record, message)}{message}\n")
        elif event.event_type_value == _STEP_STARTED:
            sys.stderr.write(f"→ {event.step_key}\n")
        elif event.event_type_value == _STEP_FAILED:
            sys.stderr.write(f"✗ {event.step_key} failed\n")

    def _prefix(self, record: logging.LogRecord, message: str) -> str:
        if record.levelno < logging.WARNING:
            return ""
        is_expected = any(text in message for text in self._expected)
        return "expected: " if is_expected else f"{record.levelname}: "


def _make_logger(context: dg.InitLoggerContext) -> logging.Logger:
    logger = logging.Logger("syndication.progress", level=logging.INFO)
    logger.addHandler(_ProgressHandler(context.logger_config.get("expected", [])))
    return logger


progress_logger = dg.LoggerDefinition(
    _make_logger,
    config_schema={"expected": dg.Field([str], is_required=False, description="Texts of messages that are no news.")},
    description="The messages of a run, for a person at a terminal.",
)

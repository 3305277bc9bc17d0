"""How the api's processes log: one line a happening, logfmt, on standard error."""

import logging
import sys

import structlog


def configure() -> None:
    """Log so from now on."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        # Without it every line that is not written costs 10 µs.
        cache_logger_on_first_use=True,
    )

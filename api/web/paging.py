"""Paging: how many rows one page of an answer may have."""

from api.services import Services
from api.web.problem import bad_parameter


def check_limit(services: Services, limit: int | None) -> None:
    """Refuse a limit that is more than one page may have.

    Raises:
        Problem: 400.
    """
    most = services.settings.rows_max
    if limit is not None and limit > most:
        raise bad_parameter("limit", f"{limit} is more than {most}, the most that one page may have")


def limit_of(services: Services, limit: int | None) -> int:
    """The rows that a page of an answer may have that names this limit, or none.

    Raises:
        Problem: 400; more than the maximum.
    """
    check_limit(services, limit)
    settings = services.settings
    return min(settings.rows_default if limit is None else limit, settings.rows_max)

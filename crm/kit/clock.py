"""The only file that asks what time it is."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Return the calendar day in Shanghai, which is the day every deadline is counted in."""
    return now().astimezone(SHANGHAI).date()

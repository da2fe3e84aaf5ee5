"""What a password must be, and how long somebody waits after wrong ones."""

from datetime import timedelta

from crm.domain.errors import Refused

SHORTEST = 10
LONGEST = 200
FREE_TRIES = 5
LONGEST_WAIT = timedelta(minutes=15)
# An office shares one address: it may fail far more often than one account before it waits.
FREE_TRIES_OF_ADDRESS = 50
# The whole of what was typed, letters only or digits only, found in one of these is a run along the keyboard.
_RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "0123456789012345678901234567890",
    "9876543210987654321",
)
_COMMON = ("password", "admin", "letmein", "welcome", "iloveyou", "woaini", "guangzhou", "keji", "qiti")


def check(password: str, username: str) -> None:
    """Refuse a password that is too short, or that people try first.

    No list of leaked passwords is at hand without a service outside; the rules stand in for one.
    """
    plain = password.lower()
    if len(password) < SHORTEST:
        raise Refused("密码至少要{count}个字符：可以用一句话", count=SHORTEST, field="password")
    if len(password) > LONGEST:
        raise Refused("密码最多{count}个字符", count=LONGEST, field="password")
    if len(set(plain)) < 5:
        raise Refused("密码里重复的字符太多", field="password")
    if username.lower() in plain or plain in username.lower():
        raise Refused("密码里不要有用户名", field="password")
    rest = plain.strip("0123456789!@#$%^&*._-")
    if any(plain in run for run in _RUNS) or rest in _COMMON or any(rest and rest in run for run in _RUNS[:2]):
        raise Refused("这个密码太容易猜到：不要用键盘顺序或常见的词", field="password")


def wait_after(failures: int, free: int = FREE_TRIES) -> timedelta:
    """Return how long to wait after ``failures`` in a row: nothing for the first, then doubling, never for good."""
    if failures < free:
        return timedelta(0)
    return min(timedelta(seconds=2 ** min(failures - free + 1, 12)), LONGEST_WAIT)

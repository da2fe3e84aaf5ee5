"""The firm whose every figure is known, on the day the ladder's tests judge it."""

from tests.ladder.conftest import good_firm, judge, on_a_day

__all__ = ["good_firm", "judge", "on_a_day"]

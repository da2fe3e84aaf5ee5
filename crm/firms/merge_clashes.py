"""Records of two files that one file cannot hold side by side, and what an officer expects of them.

Nothing anybody wrote is lost: what cannot go over stays with the file that went in, and its preview says so.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from crm.domain.plans import PlanStatus
from crm.domain.words import N_
from crm.firms.rows import Row

GOALS_GO = N_("目标连同进展并到留下的计划里")
AGREE_ANEW = N_("目标连同进展并到留下的计划里；两份一份已商定、一份还是草拟，合起来的要与企业重新商定")
OPEN_AGAIN = N_("目标连同进展并到留下的计划里；留下的那份本来已经结束，随并入的那份重新打开")
ONE_GROUP = N_("一家企业同时只在一个集团：留下的档案那时已有集团")


def plan_meets(ours: Row, theirs: Row) -> tuple[str, dict[str, Any], bool]:
    """Settle two plans that begin in one year: (what is said of it, what changes in ours, whether the goals go over).

    A firm has agreed to all the goals of a plan or to none: of an agreed one and a draft comes a draft. A plan that
    is closed stays as it ended, unless it is ours and theirs is still open.
    """
    held, other = ours.values["status"], theirs.values["status"]
    if held == other:
        return GOALS_GO, {}, True
    if other == PlanStatus.CLOSED:
        return "", {}, False
    if held == PlanStatus.CLOSED:
        standing = ("status", "agreed_on", "agreed_with", "closed_on")
        return OPEN_AGAIN, {name: theirs.values[name] for name in standing}, True
    return AGREE_ANEW, {"status": PlanStatus.DRAFT, "agreed_on": None, "agreed_with": None}, True


def membership(ours: Sequence[Row], theirs: Row) -> tuple[Row | None, dict[str, Any]]:
    """Return (the membership of ours that keeps theirs out, what else changes when it moves).

    A firm belongs to one group at a time. A membership of theirs that lasts goes on where the last of ours ended.
    """
    meeting = [row for row in ours if _at_one_time(row, theirs)]
    if not meeting:
        return None, {}
    last = max(meeting, key=lambda row: row.values["until_on"] or date.max)
    if theirs.values["until_on"] is None and last.values["until_on"] is not None:
        return None, {"since_on": last.values["until_on"]}
    return last, {}


def _at_one_time(one: Row, other: Row) -> bool:
    """A membership lasts from its first day up to the day before its last."""
    first, second = sorted((one, other), key=lambda row: row.values["since_on"])
    return first.values["until_on"] is None or first.values["until_on"] > second.values["since_on"]


def stops(flag: Row, today: date) -> bool:
    """Return whether a stop flag counts today or later. Two files made one are stopped until both flags are over."""
    until, lifted = flag.values["until_on"], flag.values["lifted_on"]
    return (until is None or until >= today) and (lifted is None or lifted > today)

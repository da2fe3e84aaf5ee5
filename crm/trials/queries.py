"""How trials are found, and the firms of each number they tell."""

from dataclasses import dataclass

import polars as pl
from sqlalchemy import Select, false, select

from crm.accounts.models import User
from crm.domain.access import Permission, Role, may
from crm.domain.errors import Refused
from crm.firms import queries as firms
from crm.firms.models import Firm
from crm.kit import files
from crm.kit.db import db
from crm.kit.tables import Page
from crm.trials.comparing import Group
from crm.trials.models import Trial

PER_PAGE = 50
NOWHERE = "none"


def whole_register(user: User) -> bool:
    """Return whether ``user`` may be told how the whole register would turn: who may see all firms, and the keeper of
    the rules, who is told numbers only."""
    return may(user.role, Permission.POLICY_READ) and (user.role is Role.ADMIN or all_firms(user))


def all_firms(user: User) -> bool:
    """Return whether ``user`` may see every firm."""
    return user.role is Role.AUDITOR or (user.role in {Role.OFFICER, Role.MANAGER} and user.whole_city)


def visible_to(user: User) -> Select[tuple[Trial]]:
    """Return the trials ``user`` may read, in no order: they speak of every firm."""
    return select(Trial) if whole_register(user) else select(Trial).where(false())


def get(trial_id: int, user: User) -> Trial:
    """Return one trial; NotFound (404) when there is none in ``visible_to(user)``."""
    trial: Trial = db.one_or_404(visible_to(user).where(Trial.id == trial_id))
    return trial


def latest(user: User, limit: int = 50) -> list[Trial]:
    """Return the latest trials."""
    return list(db.session.scalars(visible_to(user).order_by(Trial.id.desc()).limit(limit)))


def of_edition(edition_id: int, user: User) -> list[Trial]:
    """Return the trials of one edition, the latest first."""
    return list(db.session.scalars(visible_to(user).where(Trial.edition_id == edition_id).order_by(Trial.id.desc())))


@dataclass(frozen=True)
class Line:
    """One firm of a list: what it was and would be, 0 not met, 1 cannot tell, 2 met."""

    firm: Firm
    was: int
    now: int


def page(trial: Trial, user: User, group: Group | None, district: str, number: int) -> Page:
    """Return one page of the firms of a trial, by name as they stood; ``district`` "" is every one, NOWHERE none.

    Firms that have gone since are left out of their page. Raises Refused when the file of outcomes is not there.
    """
    if trial.file_key is None or not files.path_of(trial.file_key).exists():
        raise Refused("这次试算的结果文件不在了：请重新试算")
    rows = pl.scan_parquet(files.path_of(trial.file_key))
    if group is not None:
        rows = rows.filter(pl.col("group") == group.value)
    if district:
        rows = rows.filter(pl.col("district").fill_null(NOWHERE) == district)
    found = rows.select("firm_id", "was", "now").collect()
    shown = found.slice((number - 1) * PER_PAGE, PER_PAGE)
    query = firms.visible_to(user).where(Firm.id.in_(shown["firm_id"].to_list()))
    here = {firm.id: firm for firm in db.session.scalars(query)}
    lines = [Line(here[row["firm_id"]], row["was"], row["now"]) for row in shown.to_dicts() if row["firm_id"] in here]
    return Page(lines, number, PER_PAGE, found.height)

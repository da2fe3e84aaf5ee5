"""How firms are found. Everything that shows or changes a firm begins with ``visible_to``."""

from sqlalchemy import Select, false, select

from crm.accounts.models import User
from crm.domain.access import FIRM_ROLES, Role
from crm.firms.models import Firm
from crm.kit.db import db


def visible_to(user: User) -> Select[tuple[Firm]]:
    """Return the firms ``user`` may see: the one function every list, page, search, export and job goes through.

    Officers and managers see the districts they work on (by place of registration), or the whole city; auditors see
    all; agencies see the firms assigned to them; firms see themselves; nobody else sees any.
    """
    query = select(Firm)
    if user.role in FIRM_ROLES:
        return query.where(Firm.id == user.firm_id)
    if user.role is Role.AGENCY:
        return query.where(Firm.agency_id == user.agency_id)
    if user.role is Role.AUDITOR or (user.role in {Role.OFFICER, Role.MANAGER} and user.whole_city):
        return query
    if user.role in {Role.OFFICER, Role.MANAGER}:
        return query.where(Firm.registration_district.in_(user.districts))
    return query.where(false())


def get(firm_id: int, user: User) -> Firm:
    """Return one firm of ``visible_to(user)``; NotFound (404) when there is none: not yours and not there are one."""
    return db.one_or_404(visible_to(user).where(Firm.id == firm_id))

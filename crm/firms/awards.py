"""Money received, held against the policies that give it."""

from datetime import date

from sqlalchemy import ColumnElement, and_, false, or_, select

from crm.domain.records import AwardLevel
from crm.firms.award_models import AwardGiven
from crm.kit.db import db
from crm.rules.pack import Policy


def under(policy: Policy, on: date) -> ColumnElement[bool]:
    """Return whether a row of AwardGiven was given under a policy: in the year of the day, or ever if it is given once.

    A row that names its policy is believed. One that names none is known by its title and the level of its money; the
    level may be left open, as most lists do.
    """
    awards = [version.award for version in policy.versions if version.award]
    titles = {title for award in awards for title in award.titles}
    called = or_(false(), *(AwardGiven.title.contains(title, autoescape=True) for title in sorted(titles)))
    level = or_(AwardGiven.level.is_(None), AwardGiven.level == AwardLevel(policy.level))
    named = or_(AwardGiven.policy_id == policy.id, and_(AwardGiven.policy_id.is_(None), level, called))
    ever = any(award.once == "lifetime" for award in awards)
    return named if ever else and_(named, AwardGiven.year == on.year)


def of_firm(firm_id: int, policy: Policy, on: date) -> list[AwardGiven]:
    """Return what a firm was given under a policy, the newest first."""
    query = select(AwardGiven).where(AwardGiven.firm_id == firm_id, under(policy, on))
    return list(db.session.scalars(query.order_by(AwardGiven.year.desc(), AwardGiven.id.desc())))

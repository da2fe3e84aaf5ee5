"""What somebody has decided of a name: remembered for every later list of the same office, until it is revoked."""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from crm.accounts.models import User
from crm.domain.access import Role
from crm.firms.models import Firm
from crm.firms.queries import visible_to as firms_of
from crm.imports.models import Decision, Import
from crm.kit.db import chunks, db

Key = tuple[str, str | None]


def same_office(user: User, other: User) -> bool:
    """Whether two people work on the same districts: what one has decided counts for the other."""
    return user.id == other.id or (
        user.whole_city == other.whole_city and sorted(user.districts) == sorted(other.districts)
    )


def decisions(names: Collection[str], owner: User) -> dict[Key, Decision]:
    """Return what counts for these names, by (name, code or None); the latest word of the owner's office."""
    found: dict[Key, Decision] = {}
    for part in chunks(sorted(names)):
        query = select(Decision, User).join(User, User.id == Decision.decided_by_id)
        query = query.where(Decision.name.in_(part), Decision.revoked_at.is_(None)).order_by(Decision.id)
        for decision, by in db.session.execute(query):
            if same_office(owner, by):
                found[decision.name, decision.uscc] = decision
    return found


def colleagues(names: Collection[str]) -> dict[str, list[int]]:
    """Return who of the office bears each of these names."""
    found: dict[str, list[int]] = defaultdict(list)
    for part in chunks(sorted(names)):
        query = select(User.name, User.id).where(User.name.in_(part), User.role.in_([Role.OFFICER, Role.MANAGER]))
        for name, user_id in db.session.execute(query):
            found[name].append(user_id)
    return found


def visible_to(user: User) -> Select[tuple[Decision]]:
    """Return the decisions of the user's office that count, the newest first."""
    offices = [other.id for other in db.session.scalars(select(User)) if same_office(user, other)]
    return (
        select(Decision)
        .where(Decision.decided_by_id.in_(offices), Decision.revoked_at.is_(None))
        .order_by(Decision.id.desc())
    )


def get(decision_id: int, user: User) -> Decision:
    """Return one decision of the user's office; NotFound (404) otherwise."""
    return db.one_or_404(visible_to(user).where(Decision.id == decision_id))


def listing(user: User, text: str) -> Select[tuple[Decision, str, str, str, str]]:
    """Return rows (Decision, who decided, file of the list, name and code of the firm if it is the user's)."""
    mine = firms_of(user).with_only_columns(Firm.id, Firm.name, Firm.uscc).subquery()
    by = aliased(User)
    query = (
        visible_to(user)
        .add_columns(by.name, Import.file_name, mine.c.name, mine.c.uscc)
        .join(by, by.id == Decision.decided_by_id)
        .join(Import, Import.id == Decision.import_id)
        .outerjoin(mine, mine.c.id == Decision.firm_id)
    )
    return query.where(Decision.name.contains(text, autoescape=True)) if text else query

"""Which text of each policy is in force, and how editions are found. The rules are no secret within the bureau."""

import logging
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from threading import Lock

from sqlalchemy import Select, false, select
from sqlalchemy.orm import SessionTransaction

from crm.accounts.models import User
from crm.domain.access import Permission, may
from crm.domain.errors import Refused
from crm.domain.policies import EditionStatus
from crm.domain.words import N_
from crm.kit.db import db, is_reading, writing
from crm.policies import store
from crm.policies.models import PolicyEdition, file_name
from crm.rules.pack import Action, Policy, Version
from crm.rules.reading import PackError, load, parse, texts

Active = tuple[tuple[int, str], ...]
OVERLAYS_KEPT = 8
DAMAGED = N_("文本与登记的摘要不符，没有用它判断：请把正确的文本重新提请启用")
UNREADABLE = N_("文本不能再读成规则，没有用它判断：请改好后重新提请启用")


@dataclass(frozen=True)
class Standing:
    """What is judged by: {policy id: policy}, and {policy id: why its active text is not used}.

    ``known`` are all policies that have a name here, judged by or not.
    """

    policies: Mapping[str, Policy] = field(default_factory=dict)
    broken: Mapping[str, str] = field(default_factory=dict)
    known: Mapping[str, Policy] = field(default_factory=dict)


_standings: OrderedDict[Active, Standing] = OrderedDict()
_lock = Lock()


def in_force() -> Mapping[str, Policy]:
    """Return every policy that is judged by: the product's packs, overlaid by the editions activated here.

    Of a shipped pack only verified versions count until two people have activated it. One statement; several processes
    agree, because what they keep in memory is known by the editions that are active.
    """
    return standing().policies


def known() -> Mapping[str, Policy]:
    """Return every policy that has a name here, whether or not it is judged by."""
    return standing().known


def standing() -> Standing:
    """Return what is in force and what should be and cannot; who only reads asks the database once a transaction."""
    session = db.session()
    now = session.get_transaction() if is_reading() else None
    read: tuple[SessionTransaction | None, Standing] | None = session.info.get("policies")
    if now is not None and read is not None and read[0] is now:
        return read[1]
    found = _now()
    if is_reading():
        session.info["policies"] = (session.get_transaction(), found)
    return found


def _now() -> Standing:
    active: Active = tuple(
        (edition_id, digest)
        for edition_id, digest in db.session.execute(
            select(PolicyEdition.id, PolicyEdition.digest)
            .where(PolicyEdition.status == EditionStatus.ACTIVE)
            .order_by(PolicyEdition.id)
        )
    )
    with _lock:
        if active in _standings:
            _standings.move_to_end(active)
            return _standings[active]
    found = _overlaid(active)
    if not found.broken:  # what was mended is taken up again
        with _lock:
            _standings[active] = found
            while len(_standings) > OVERLAYS_KEPT:
                _standings.popitem(last=False)
    return found


def _overlaid(active: Active) -> Standing:
    policies = {key: policy for key, policy in load().items() if judged_by(policy)}
    broken: dict[str, str] = {}
    ids = [edition_id for edition_id, _digest in active]
    for edition in db.session.scalars(select(PolicyEdition).where(PolicyEdition.id.in_(ids))):
        # A text that cannot be trusted is not replaced by an older one in silence: the policy is judged by nobody.
        policies.pop(edition.policy_id, None)
        text = store.sound_text(edition)
        try:
            if text is None:
                broken[edition.policy_id] = DAMAGED
            else:
                policies[edition.policy_id] = parse(text, edition.file_name, activated=True)
        except PackError as error:
            broken[edition.policy_id] = UNREADABLE
            logging.getLogger("crm").error("edition %s of %s: %s", edition.id, edition.policy_id, error)
    for policy_id, why in broken.items():
        logging.getLogger("crm").error("policy %s is judged by nobody: %s", policy_id, why)
    named = {**load(), **policies}
    return Standing(dict(sorted(policies.items())), broken, dict(sorted(named.items())))


def judged_by(policy: Policy) -> bool:
    """Return whether a policy has a version that one may judge by."""
    return any(policy.judges(version) for version in policy.versions)


def text_of(digest: str) -> str | None:
    """Return a text by its digest: a shipped one, or an edition's."""
    if digest in texts():
        return texts()[digest]
    edition = db.session.scalars(select(PolicyEdition).where(PolicyEdition.digest == digest)).first()
    return store.sound_text(edition) if edition else None


def get_policy(policy_id: str) -> Policy:
    """Return a policy that is judged by, else the shipped one that waits for two people. Refused for no such policy."""
    policy = known().get(policy_id)
    if policy is None:
        raise Refused("没有这项政策：{policy}", policy=policy_id[:40])
    return policy


def holding(policy: Policy, on: date) -> list[Version]:
    """Return the versions one may judge by on a day, one for each action at most, each once."""
    found = {v.id: v for action in Action for v in policy.versions if v.holds(on, action) and policy.judges(v)}
    return list(found.values())


def coming(policy: Policy, on: date) -> list[tuple[date, Version, bool]]:
    """Return what changes after a day: (day, version, whether it begins; else it is its last day), soonest first."""
    begin = [(version.since, version, True) for version in policy.versions if version.since > on]
    end = [(v.until, v, False) for v in policy.versions if v.until is not None and v.since <= on <= v.until]
    return sorted([*begin, *end], key=lambda change: change[0])


def visible_to(user: User) -> Select[tuple[PolicyEdition]]:
    """Return the editions ``user`` may read, in no order."""
    query = select(PolicyEdition)
    return query if may(user.role, Permission.POLICY_READ) else query.where(false())


def get(edition_id: int, user: User) -> PolicyEdition:
    """Return one edition; NotFound (404) when there is none in ``visible_to(user)``.

    A writing request holds every edition of the policy: two that are activated at once come one after the other.
    """
    found = visible_to(user).where(PolicyEdition.id == edition_id)
    if writing():
        policy = found.with_only_columns(PolicyEdition.policy_id).scalar_subquery()
        mine = visible_to(user).where(PolicyEdition.policy_id == policy).order_by(PolicyEdition.id)
        db.session.execute(mine.with_only_columns(PolicyEdition.id).with_for_update())
    edition: PolicyEdition = db.one_or_404(found)
    return edition


def of_policy(policy_id: str, user: User) -> list[PolicyEdition]:
    """Return every edition of one policy, the latest first."""
    query = visible_to(user).where(PolicyEdition.policy_id == policy_id)
    return list(db.session.scalars(query.order_by(PolicyEdition.id.desc())))


def open_ones(user: User) -> list[PolicyEdition]:
    """Return the drafts and proposals of all policies, the latest first."""
    waiting = (EditionStatus.DRAFT, EditionStatus.PROPOSED)
    query = visible_to(user).where(PolicyEdition.status.in_(waiting))
    return list(db.session.scalars(query.order_by(PolicyEdition.id.desc())))


def waiting_for(user: User) -> list[PolicyEdition]:
    """Return the proposals that ``user`` may put in force: none that they have written in."""
    if not may(user.role, Permission.POLICY_ACTIVATE):
        return []
    proposed = [edition for edition in open_ones(user) if edition.status is EditionStatus.PROPOSED]
    return [edition for edition in proposed if user.id not in {*edition.writers, edition.proposed_by_id}]


def active(user: User) -> dict[str, PolicyEdition]:
    """Return {policy id: the edition in force}."""
    query = visible_to(user).where(PolicyEdition.status == EditionStatus.ACTIVE)
    return {edition.policy_id: edition for edition in db.session.scalars(query)}


def file_names(user: User) -> set[str]:
    """Return the names of the files that belong to an edition."""
    query = visible_to(user).with_only_columns(PolicyEdition.policy_id, PolicyEdition.digest)
    return {file_name(policy_id, digest) for policy_id, digest in db.session.execute(query)}

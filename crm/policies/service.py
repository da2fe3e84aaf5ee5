"""What is done with the texts of policies: drafted, proposed, activated by a second person, replaced, withdrawn."""

from sqlalchemy import select

from crm.accounts.models import User
from crm.domain.errors import Refused
from crm.domain.policies import EDITION_WORKFLOW, SCREEN_AGAIN, SECOND_PERSON, EditionAction, EditionStatus
from crm.domain.words import N_
from crm.journal.service import record
from crm.kit import clock, jobs
from crm.kit.db import db
from crm.policies import queries, store
from crm.policies.models import PolicyEdition
from crm.rules.pack import Policy
from crm.rules.reading import parse

TYPED = "typed.yaml"


class ChangedMeanwhileError(Refused):
    """Somebody has changed the draft since the page was opened; ``version`` is its version now."""

    def __init__(self, version: int) -> None:
        super().__init__(N_("您打开之后别人改过这份草稿：下面对照了现在的文本，您写的还在；核对后再次保存即以您的为准"))
        self.version = version


def check(text: str) -> Policy:
    """Return the policy that a typed text states. Raises PackError with the line of every fault."""
    return parse(store.plain(text), TYPED)


def draft(actor: User, text: str) -> PolicyEdition:
    """Keep a new draft. Raises PackError for a text that is no pack."""
    policy = check(text)
    kept = store.plain(text)
    edition = PolicyEdition(
        policy_id=policy.id,
        name=policy.name.zh,
        text=kept,
        digest=store.digest_of(kept),
        status=EDITION_WORKFLOW.start,
        writers=[actor.id],
        drafted_by_id=actor.id,
        drafted_at=clock.now(),
    )
    db.session.add(edition)
    db.session.flush()
    record("policy.drafted", actor, "policy", edition.id, **_told(edition))
    return edition


def edit(edition: PolicyEdition, actor: User, version: int, text: str) -> None:
    """Change the text of a draft. Raises PackError, and Refused when it is no draft or somebody was faster."""
    if edition.status is not EDITION_WORKFLOW.start:
        raise Refused("文本提请之后不能再改：先退回修改，或以它为底本另起一份草稿")
    if version != edition.version:
        raise ChangedMeanwhileError(edition.version)
    policy = check(text)
    if policy.id != edition.policy_id:
        raise Refused("这份草稿是“{policy}”的文本，id 不能改：要写另一项政策请另起草稿", policy=edition.policy_id)
    kept = store.plain(text)
    if kept == edition.text:
        return
    before = edition.digest
    edition.text, edition.digest, edition.name = kept, store.digest_of(kept), policy.name.zh
    edition.writers = sorted({*edition.writers, actor.id})
    record("policy.edited", actor, "policy", edition.id, changes={"digest": [before, edition.digest]}, **_told(edition))


def propose(edition: PolicyEdition, actor: User, why: str, compared_with: str | None) -> None:
    """Ask for a draft to be put in force. ``compared_with``: the text in force whose difference the page showed.

    Raises Refused when another text has come into force meanwhile, or when nothing would change.
    """
    EDITION_WORKFLOW.after(edition.status, EditionAction.PROPOSE)
    policy = check(edition.text)
    now = queries.in_force().get(edition.policy_id)
    _check_compared(now, compared_with)
    if now is not None and now.digest == policy.digest and all(now.judges(version) for version in now.versions):
        raise Refused("这份文本就是现行文本，没有可启用的改动")
    edition.status = EDITION_WORKFLOW.after(edition.status, EditionAction.PROPOSE)
    edition.based_on = compared_with
    edition.why, edition.returned_why = why, None
    edition.proposed_by_id, edition.proposed_at = actor.id, clock.now()
    store.keep(edition)
    record("policy.proposed", actor, "policy", edition.id, reason=why, **_told(edition))


def send_back(edition: PolicyEdition, actor: User, why: str) -> None:
    """Give a proposal back to be changed."""
    edition.status = EDITION_WORKFLOW.after(edition.status, EditionAction.RETURN)
    edition.returned_why = why
    record("policy.returned", actor, "policy", edition.id, reason=why, **_told(edition))


def activate(edition: PolicyEdition, actor: User, digest_seen: str) -> None:
    """Put a proposal in force from this moment; what was in force is replaced.

    Raises Refused for one of its writers, for another text than the one that was read, when the file was changed behind
    our back, and when another text has come into force since it was proposed.
    """
    EDITION_WORKFLOW.after(edition.status, EditionAction.ACTIVATE)
    _check_second(edition, actor, EditionAction.ACTIVATE)
    if digest_seen != edition.digest or store.digest_of(edition.text) != edition.digest:
        raise Refused("您看过之后文本已经变了：请重新核对差别，再决定是否启用")
    _check_compared(queries.in_force().get(edition.policy_id), edition.based_on)
    check(edition.text)
    store.keep(edition)
    if store.state(edition) is not store.FileState.SOUND:
        raise Refused("{file} 的内容与提请时不同，不能启用：请系统管理员查明是谁动了文件", file=edition.file_name)
    same = PolicyEdition.policy_id == edition.policy_id, PolicyEdition.status == EditionStatus.ACTIVE
    for old in db.session.scalars(select(PolicyEdition).where(*same)):
        old.status = EDITION_WORKFLOW.after(old.status, EditionAction.REPLACE)
        old.replaced_by_id, old.replaced_at = edition.id, clock.now()
        record("policy.replaced", actor, "policy", old.id, by=edition.id, **_told(old))
    db.session.flush()  # one text in force: the old one goes before the new one comes
    edition.status = EDITION_WORKFLOW.after(edition.status, EditionAction.ACTIVATE)
    edition.activated_by_id, edition.activated_at = actor.id, clock.now()
    record("policy.activated", actor, "policy", edition.id, **_told(edition))
    db.session.flush()
    _screen_again(actor)


def withdraw(edition: PolicyEdition, actor: User, why: str) -> None:
    """Take a text back; of one that was in force the shipped text takes the place, if there is one.

    Raises Refused when one of its writers would take back what is in force.
    """
    EDITION_WORKFLOW.after(edition.status, EditionAction.WITHDRAW)
    _check_second(edition, actor, EditionAction.WITHDRAW)
    was = edition.status
    edition.status = EDITION_WORKFLOW.after(edition.status, EditionAction.WITHDRAW)
    edition.withdrawn_by_id, edition.withdrawn_at, edition.withdrawn_why = actor.id, clock.now(), why
    record("policy.withdrawn", actor, "policy", edition.id, reason=why, **_told(edition))
    if was is EditionStatus.ACTIVE:
        _screen_again(actor)


def _screen_again(actor: User) -> None:
    """Have every firm judged by what is in force now."""
    jobs.enqueue(SCREEN_AGAIN, actor.id, {"cause": "demand"})


def keep_files() -> None:
    """Write the files of the texts in force that are not there; one that was changed stays as it is, and is told."""
    for edition in db.session.scalars(select(PolicyEdition).where(PolicyEdition.status == EditionStatus.ACTIVE)):
        if store.digest_of(edition.text) == edition.digest:
            store.keep(edition)


def _check_second(edition: PolicyEdition, actor: User, action: EditionAction) -> None:
    wrote = actor.id in {*edition.writers, edition.proposed_by_id}
    if (edition.status, action) in SECOND_PERSON and wrote:
        raise Refused("写过或提请过这份文本的人不能自己定：请另一位系统管理员或科室负责人办理")


def _check_compared(now: Policy | None, compared_with: str | None) -> None:
    if (now.digest if now else None) != compared_with:
        raise Refused("其间另一份文本已经生效：请重新核对与现行文本的差别")


def _told(edition: PolicyEdition) -> dict[str, str]:
    return {"name": edition.name, "policy": edition.policy_id, "digest": edition.digest}

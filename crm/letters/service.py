"""Prints of many firms: one archive, made in the background."""

import io
import zipfile
from collections.abc import Sequence
from datetime import date
from typing import Any

from crm.accounts.models import User
from crm.domain.access import Permission
from crm.domain.errors import Refused
from crm.domain.words import N_
from crm.firms import queries as firms
from crm.firms.models import Firm
from crm.firms.outcomes import NOT_YOURS
from crm.journal.service import record
from crm.kit import clock, files, jobs, pages
from crm.kit.db import db, transaction
from crm.letters import profile, queries
from crm.lists import acts, bulk

MOST = 2_000


def print_many(actor: User, bulk_id: int, ids: Sequence[int], on: date) -> int:
    """Queue the profiles of the firms of an act on many firms; return the number of the job."""
    job = jobs.enqueue(
        "letters.profiles",
        actor.id,
        {"bulk_id": bulk_id, "ids": list(ids), "on": on.isoformat(), "owner_id": actor.id, "locale": actor.locale},
        total=len(ids),
    )
    record("profile.printed", actor, "job", job.id, count=len(ids))
    return job.id


PROFILES = acts.Act(
    "profiles",
    N_("打包下载企业简介"),
    icon="file-zip",
    permission=Permission.PROFILE_PRINT_MANY,
    preview=acts.seen,
    begin=print_many,
    asks=False,
    most=MOST,
)


@jobs.handles("letters.profiles")
def _profiles(params: dict[str, Any], step: jobs.Step) -> dict[str, Any]:
    """Print one by one into one archive; a firm that can't be printed does not stop the rest, and its row says why."""
    try:
        content, refused = _archive(params, step)
    except jobs.Cancelled:
        with transaction():
            bulk.give_up(params["bulk_id"])
        raise
    stored = files.store(content)
    with transaction():
        bulk.settle(params["bulk_id"], refused)
    name = f"企业简介-{clock.today().isoformat()}.zip"
    return {"file_key": stored.key, "file_name": name, "done": len(params["ids"]) - len(refused)}


def _archive(params: dict[str, Any], step: jobs.Step) -> tuple[bytes, dict[int, Refused]]:
    ids, on = params["ids"], date.fromisoformat(params["on"])
    buffer = io.BytesIO()
    refused: dict[int, Refused] = {}
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for done, firm_id in enumerate(ids):
            step.at(done, len(ids), N_("逐家排版"))
            with transaction(writing=False), pages.off_screen(params["locale"]):
                reader = queries.user(params["owner_id"])
                firm = db.session.scalars(firms.visible_to(reader).where(Firm.id == firm_id)).first()
                if firm is None:
                    refused[firm_id] = Refused(NOT_YOURS)
                    continue
                try:
                    archive.writestr(profile.file_name(firm), profile.render(firm, reader, on))
                except Refused as refusal:
                    refused[firm_id] = refusal
    return buffer.getvalue(), refused

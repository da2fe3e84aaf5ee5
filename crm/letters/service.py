"""Prints of many firms: one archive, made in the background."""

import csv
import io
import zipfile
from datetime import date
from typing import Any

from crm.accounts.models import User
from crm.domain.errors import Refused
from crm.domain.words import N_
from crm.firms import queries as firms
from crm.firms.models import Firm
from crm.journal.service import record
from crm.kit import clock, files, jobs, pages
from crm.kit.db import db, transaction
from crm.letters import profile, queries

MOST = 2_000


def print_many(actor: User, ids: list[int], on: date) -> jobs.Job:
    """Queue the profiles of the firms that ``actor`` may see among ``ids``. Raises Refused when there is none."""
    if not ids:
        raise Refused("请先选择企业")
    if len(ids) > MOST:
        raise Refused("一次最多打包{limit}家：请用筛选条件缩小范围", limit=MOST)
    job = jobs.enqueue(
        "letters.profiles",
        actor.id,
        {"ids": ids, "on": on.isoformat(), "owner_id": actor.id, "locale": actor.locale},
        total=len(ids),
    )
    record("profile.printed", actor, "job", job.id, count=len(ids))
    return job


@jobs.handles("letters.profiles")
def _profiles(params: dict[str, Any], step: jobs.Step) -> dict[str, Any]:
    """Print one by one into one archive; a firm that can't be printed is told in it and does not stop the rest."""
    ids, on = params["ids"], date.fromisoformat(params["on"])
    buffer = io.BytesIO()
    failed: list[tuple[str, str]] = []
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for done, firm_id in enumerate(ids):
            step.at(done, len(ids), N_("逐家排版"))
            with transaction(writing=False), pages.off_screen(params["locale"]):
                reader = queries.user(params["owner_id"])
                firm = db.session.scalars(firms.visible_to(reader).where(Firm.id == firm_id)).first()
                if firm is None:
                    continue
                try:
                    archive.writestr(profile.file_name(firm), profile.render(firm, reader, on))
                except Refused as refusal:
                    failed.append((firm.name, str(refusal)))
        if failed:
            text = io.StringIO()
            csv.writer(text).writerows([("企业", "原因"), *failed])
            archive.writestr("未能打印.csv", text.getvalue().encode("utf-8-sig"))
    stored = files.store(buffer.getvalue())
    name = f"企业简介-{clock.today().isoformat()}.zip"
    return {"file_key": stored.key, "file_name": name, "done": len(ids) - len(failed), "failed": failed}

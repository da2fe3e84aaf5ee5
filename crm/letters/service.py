"""Prints of many firms: one archive, made in the background."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from crm.accounts.models import User
from crm.domain.access import Permission
from crm.domain.errors import Refused
from crm.domain.words import N_
from crm.firms import queries as firms
from crm.firms.models import Firm
from crm.firms.outcomes import NOT_YOURS
from crm.kit import clock, jobs, pages
from crm.kit.db import db, transaction
from crm.letters import many, profile, queries
from crm.lists import acts

MOST = 2_000


def print_many(actor: User, bulk_id: int, ids: Sequence[int], on: date) -> int:
    """Queue the profiles of the firms of an act on many firms; return the number of the job."""
    return many.begin("letters.profiles", "profile.printed", actor, bulk_id, ids, on)


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
    return many.finish(params, step, _archive, f"企业简介-{clock.today().isoformat()}.zip")


def _archive(params: Mapping[str, Any], step: jobs.Step) -> tuple[bytes, dict[int, Refused]]:
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

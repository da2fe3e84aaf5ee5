"""What a list would do, row by row, without writing: the dry run, and the same again at the moment of applying.

One function makes the plan for both, so what the page shows is what happens.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from crm.accounts.models import User
from crm.domain.errors import Refused
from crm.domain.lists import ListKind, RowOutcome
from crm.domain.names import plain as bare
from crm.domain.records import FIGURES, FirmStatus, Jurisdiction, Source
from crm.domain.words import N_
from crm.firms.models import AnnualReturn, Contact, FormerName, Move
from crm.firms.moves import WITH_ITS_DAY
from crm.imports import memory
from crm.imports.hands import Hands
from crm.imports.image import Held, Write, say
from crm.imports.kinds import CERTIFICATE, IDENTITY, PARTS, VISIT, Part, tables_of
from crm.imports.planned import Planned
from crm.imports.recognise import Row
from crm.imports.whom import Whom
from crm.journal.service import plain


def make(rows: Sequence[Row], owner: User, kind: ListKind, today: date, *, lock: bool = False) -> list[Planned]:
    """Plan every row of a list that ``owner`` brought. ``lock``: hold the firms until the transaction ends."""
    plan = _Plan(rows, owner, kind, today, lock=lock)
    return [plan.row(row) for row in rows]


class _Plan:
    """The plan of one list: what is known, and what the rows so far have changed of it."""

    def __init__(self, rows: Sequence[Row], owner: User, kind: ListKind, today: date, *, lock: bool) -> None:
        self.owner, self.today = owner, today
        self.whom = Whom(rows, owner, kind, lock=lock)
        fields = {name for row in rows for name in row.values}
        self.whom.image.read(tables_of(fields, figures=any(row.figures for row in rows)), today)
        moving = self.whom.image.by_id.values() if "registration_district" in fields else ()
        self.hands = Hands(moving, owner, today)
        self.colleagues = memory.colleagues({str(r.values["visit_by"]) for r in rows if "visit_by" in r.values})

    def row(self, row: Row) -> Planned:
        """Plan the next row."""
        planned = Planned(row, values=dict(row.values))
        if row.errors:
            return planned
        try:
            planned.firm = self.whom.find(planned)
            if planned.firm is not None:
                self._state(planned, planned.firm)
        except Refused as refusal:
            _reject(planned, refusal)
        return planned

    def _state(self, planned: Planned, firm: Held) -> None:
        """Plan the records that the row leaves; only when all of it is in order do the rows behind find it."""
        new = firm.id is None and "name" not in firm.said
        self._identity(planned, firm, new=new)
        for year, figures in sorted(planned.row.figures.items()):
            self._figures(planned, firm, year, figures)
        for part in PARTS:
            self._part(planned, firm, part)
        if "contact_phone" in planned.values and "contact_name" not in planned.values:
            planned.note(N_("联系电话没有写是谁的，没有保存"))
        self.hands.tell(planned)
        if new:
            self.whom.image.by_code[firm.values["uscc"]] = firm
            self.whom.opened.setdefault(bare(planned.values["name"]), planned.row.number)
        for write in planned.writes:
            write.enter()
        for held, column in planned.said:
            held.said.setdefault(column, planned.row.number)
        planned.outcome = RowOutcome.CREATE if new else RowOutcome.UPDATE if planned.changes else RowOutcome.SAME
        if planned.outcome is RowOutcome.SAME and planned.repeats:
            planned.note(N_("与第{row}行重复"), row=min(planned.repeats))

    def _identity(self, planned: Planned, firm: Held, *, new: bool) -> None:
        stated = {key: planned.values[key] for key in IDENTITY if key in planned.values}
        if new:
            planned.changes |= {key: [None, plain(value)] for key, value in stated.items()}
            planned.writes.append(Write(firm, None, {"uscc": firm.values["uscc"], **stated}))
            planned.said += [(firm, key) for key in stated]
        else:
            changed = self._changed(planned, firm, stated, str)
            if "registration_district" in changed:
                self.whom.check_district(changed["registration_district"], needed=False)
                if firm.values.get("status") is FirmStatus.MOVED_OUT:
                    raise Refused(WITH_ITS_DAY, field="registration_district")
                self.hands.release(planned, firm, changed)
            if changed:
                planned.writes.append(Write(firm, {key: firm.values.get(key) for key in changed}, changed))
            if "name" in changed:
                self._keep_name(planned, firm)
            stated = changed
        for jurisdiction in Jurisdiction:
            district = stated.get(f"{jurisdiction.value}_district")
            if district is not None:
                since = planned.values.get("established_on", self.today) if new else self.today
                self._move(planned, firm, jurisdiction, district, since)

    def _keep_name(self, planned: Planned, firm: Held) -> None:
        name = firm.values["name"]
        if not any(bare(name) == bare(former.values["name"]) for former in firm.parts.get(FormerName, ())):
            kept = {"name": name, "until_on": self.today}
            planned.writes.append(Write(Held(FormerName, dict(kept), firm=firm), None, kept))
            planned.changes["former_name"] = [None, name]

    def _move(self, planned: Planned, firm: Held, jurisdiction: Jurisdiction, district: str, since: date) -> None:
        """Two moves on one day: the later word counts. Raises Refused while a move waits for its day."""
        key = {"jurisdiction": jurisdiction, "since_on": since}
        for held in firm.parts.get(Move, ()):
            if held.values["jurisdiction"] is jurisdiction and not held.values.get("applied", True):
                day = held.values["since_on"].isoformat()
                raise Refused("已定于 {day} 迁移，请先撤销那一次", day=day, field=f"{jurisdiction.value}_district")
            if all(held.values[column] == value for column, value in key.items()):
                planned.writes.append(Write(held, {"district": held.values["district"]}, {"district": district}))
                return
        came = {**key, "district": district, "previous": firm.values.get(f"{jurisdiction.value}_district")}
        planned.writes.append(Write(Held(Move, dict(came), firm=firm), None, came))

    def _figures(self, planned: Planned, firm: Held, year: int, figures: Mapping[str, int]) -> None:
        """A statement is never changed: what the list adds to an earlier one makes a new version of the whole."""
        stated = [held for held in firm.parts.get(AnnualReturn, ()) if held.values["year"] == year]
        held = stated[-1] if stated else Held(AnnualReturn, {"version": 0})
        changed = {}
        for key, value in figures.items():
            if say(firm, f"{key}@{year}", held.values.get(key) == value, planned.row.number, key):
                planned.repeats.add(firm.said[f"{key}@{year}"])
            planned.said.append((firm, f"{key}@{year}"))
            if held.values.get(key) != value:
                changed[key] = value
                planned.changes[f"{key}@{year}"] = [held.values.get(key), value]
        if not changed:
            return
        if stated and held.id is None:  # begun by an earlier row of this list
            planned.writes.append(Write(held, {key: held.values.get(key) for key in changed}, changed))
            return
        whole = {key: held.values.get(key) for key in FIGURES} | changed
        whole |= {"year": year, "source": Source.IMPORT, "version": held.values["version"] + 1}
        planned.writes.append(Write(Held(AnnualReturn, {}, firm=firm), None, whole))

    def _part(self, planned: Planned, firm: Held, part: Part) -> None:
        stated = part.stated(planned.values)
        if not stated:
            return
        if part is CERTIFICATE and "number" not in stated and self.whom.kind is ListKind.AWARDS:
            planned.note(N_("没有证书编号，资质没有登记；奖补已记入奖补记录"))
            return
        if part is VISIT:
            stated["by_id"] = self._colleague(planned.values.get("visit_by"))
        names = {column: name for name, column in part.fields.items()}
        pending = [w.held for w in planned.writes if w.before is None and w.held.table is part.table]
        there = [*firm.parts.get(part.table, ()), *pending]
        for name, sentence in part.needs.items():
            if part.fields[name] not in stated:
                raise Refused(sentence, field=name)
        found = part.find(there, stated)
        part.check({**(found.values if found else {}), **stated}, self.today)
        called = planned.values.get("name", firm.values.get("name", ""))
        if part.table is FormerName and bare(stated["name"]) == bare(called):
            return
        if found is None:
            planned.changes |= {names[c]: [None, plain(v)] for c, v in stated.items() if c != "by_id"}
            if part.table is Contact:
                stated.setdefault("main", not there)
            held = Held(part.table, dict(stated), firm=firm)
            planned.writes.append(Write(held, None, stated))
            planned.said += [(held, column) for column in stated]
            return
        loose = {c: v for c, v in stated.items() if names[c] not in part.fixed}
        changed = self._changed(planned, found, loose, names.__getitem__)
        planned.repeats |= {found.said[c] for c in stated if c in found.said}
        if changed:
            planned.writes.append(Write(found, {c: found.values.get(c) for c in changed}, changed))

    def _changed(
        self, planned: Planned, held: Held, stated: Mapping[str, Any], name_of: Callable[[str], str]
    ) -> dict[str, Any]:
        """Return what ``stated`` changes of a record. Raises Refused when an earlier row of the list says otherwise."""
        changed = {}
        for column, value in stated.items():
            same = held.values.get(column) == value
            if say(held, column, same, planned.row.number, name_of(column)):
                planned.repeats.add(held.said[column])
            planned.said.append((held, column))
            if not same:
                changed[column] = value
                planned.changes[name_of(column)] = [plain(held.values.get(column)), plain(value)]
        return changed

    def _colleague(self, name: str | None) -> int:
        if name is None:
            return self.owner.id
        found = self.colleagues.get(name, [])
        if len(found) != 1:
            raise Refused(
                "“{name}”不是本系统里唯一的一位同事：请写用户的姓名，或删去这一格，记在导入人名下",
                name=name,
                field="visit_by",
            )
        return found[0]


def _reject(planned: Planned, refusal: Refused) -> None:
    planned.outcome, planned.changes, planned.writes, planned.said = RowOutcome.REJECT, {}, [], []
    key = refusal.field or "uscc"
    planned.row.errors.append(
        {
            "index": None,
            "field": key,
            "heading": "",
            "value": "",
            "message": refusal.message,
            "params": plain(refusal.params),
        }
    )

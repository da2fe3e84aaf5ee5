"""Whom the rows of a list mean: by code, by what has been decided of a name, else a question with candidates."""

from collections.abc import Sequence

from crm.accounts.models import User
from crm.domain.errors import Refused
from crm.domain.lists import Answer, ListKind, Question, RowOutcome, Why
from crm.domain.names import plain
from crm.domain.words import N_
from crm.firms.models import Firm, FormerName
from crm.imports import memory
from crm.imports.image import Held, Image
from crm.imports.kinds import OPENING
from crm.imports.matching import Candidate, Names, elsewhere
from crm.imports.planned import Planned
from crm.imports.recognise import Row


class Whom:
    """The firms that one list speaks of, its owner's and only those."""

    def __init__(self, rows: Sequence[Row], owner: User, kind: ListKind, *, lock: bool) -> None:
        self.owner, self.kind = owner, kind
        codes = {row.values["uscc"] for row in rows if "uscc" in row.values}
        called = {row.values["name"] for row in rows if "name" in row.values}
        self.decisions = memory.decisions(called, owner)
        decided = {d.firm_id for d in self.decisions.values() if d.firm_id is not None}
        self.image = Image(owner, codes, decided, lock=lock)
        # Who else may be meant is looked up only when a row has to ask: it means reading every name there is.
        asking = {row.values["name"] for row in rows if "name" in row.values and self._asks(row)}
        self.names = Names(owner) if asking else None
        self.elsewhere = elsewhere(sorted(asking), owner)
        self.opened: dict[str, int] = {}

    def _asks(self, row: Row) -> bool:
        code = row.values.get("uscc")
        return code is None or code not in self.image.by_code

    def find(self, planned: Planned) -> Held | None:
        """Return the firm of a row; None when the row is settled otherwise (to be asked about, left out)."""
        code, name = planned.values.get("uscc"), planned.values.get("name")
        if code is None and name is None:
            raise Refused("既没有统一社会信用代码也没有企业名称", field="name")
        if code is None:
            return self._by_name(planned, str(name))
        firm = self.image.by_code.get(code)
        if firm is not None and firm.values["uscc"] != code:
            planned.note(N_("这个代码的档案已并入“{name}”"), name=firm.values["name"])
        if firm is None and code in self.image.foreign:
            raise Refused("这家企业不归您管理：请交给它所在区的专员导入", field="uscc")
        if firm is None:
            return self._unknown(planned, code, name)
        return self._renamed(planned, firm, code, name) if name is not None else firm

    def _by_name(self, planned: Planned, name: str) -> Held | None:
        """A row without a code is a question, however well the name fits."""
        said, firm = self._said(planned, name, None)
        if said is not None:
            # Found by name, the row's name is at best an old one: it must not rename the firm.
            planned.values.pop("name")
            return firm
        candidates = self.names.offered(name) if self.names else []
        if not candidates:
            raise Refused("没有统一社会信用代码，库里也没有名称相近的企业：请补填代码", field="uscc")
        return self._ask(planned, Question.WHO, candidates)

    def _unknown(self, planned: Planned, code: str, name: str | None) -> Held | None:
        """A code that has no file yet: a new firm, unless one of that name makes it doubtful."""
        if self.kind not in OPENING:
            raise Refused("库里没有这家企业：请先用企业名单建档", field="uscc")
        if name is None:
            raise Refused("新企业要有企业名称", field="name")
        said, firm = self._said(planned, name, code)
        if said is Answer.FIRM:
            planned.values.pop("name")
        if said in {Answer.FIRM, Answer.SKIP}:
            return firm
        twins = self.names.same(name) if self.names else []
        if twins and said is None:
            return self._ask(planned, Question.TWIN, twins)
        self.check_district(planned.values.get("registration_district"), needed=True)
        if plain(name) in self.opened:
            planned.note(N_("与第{row}行同名，代码不同"), row=self.opened[plain(name)])
        return Held(Firm, {"uscc": code})

    def _renamed(self, planned: Planned, firm: Held, code: str, name: str) -> Held | None:
        """The code is known and the name is another: offered as a change of name, never taken for one."""
        if plain(name) == plain(firm.values["name"]):
            planned.values.pop("name")
            return firm
        if any(plain(name) == plain(former.values["name"]) for former in firm.parts.get(FormerName, ())):
            planned.values.pop("name")
            planned.note(N_("表中写的是曾用名，名称不变"))
            return firm
        if "name" in firm.said:
            first, other = firm.said["name"], firm.values["name"]
            raise Refused("同一个代码在第{row}行写的是“{name}”", row=first, name=other, field="name")
        said, _firm = self._said(planned, name, code)
        if said is Answer.SKIP:
            return None
        if said is None:
            return self._ask(planned, Question.RENAME, [Candidate(firm.id or 0, Why.CODE, 100)])
        if said is Answer.KEPT:
            planned.values.pop("name")
        return firm

    def _said(self, planned: Planned, name: str, code: str | None) -> tuple[Answer | None, Held | None]:
        """Return what somebody has decided for this name and code, and the firm it names."""
        decision = self.decisions.get((name, code))
        if decision is None:
            return None, None
        firm = self.image.by_id.get(decision.firm_id) if decision.firm_id is not None else None
        if decision.answer is Answer.FIRM and firm is None:
            return None, None  # gone, or not the owner's any more: asked again
        planned.decision_id = decision.id
        if decision.answer is Answer.SKIP:
            planned.outcome = RowOutcome.SKIP
        return decision.answer, firm

    def _ask(self, planned: Planned, question: Question, candidates: list[Candidate]) -> None:
        planned.outcome, planned.question, planned.candidates = RowOutcome.UNSURE, question, candidates
        others = self.elsewhere.get(str(planned.values.get("name")), 0)
        if others:
            planned.note(N_("全市还有{count}家同名企业不归您管理"), count=others)

    def check_district(self, district: str | None, *, needed: bool) -> None:
        """Refuse a district that is not the owner's, and a new firm without one."""
        if self.owner.whole_city:
            return
        if district is None and needed:
            raise Refused("新企业要写明注册区，才知道归谁管理", field="registration_district")
        if district is not None and district not in self.owner.districts:
            raise Refused("注册区不在您管理的范围内：请由市级专员办理", field="registration_district")

"""The trail in words: acts, fields and values as people call them, for every page that tells what happened."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from flask_babel import gettext as _

from crm.accounts import queries as accounts
from crm.domain.access import ROLE_LABELS
from crm.domain.care import LIFTER_LABELS
from crm.domain.clusters import GUANGZHOU_2025
from crm.domain.industries import TECH_FIELDS
from crm.domain.ladder import RUNG_LABELS
from crm.domain.places import DISTRICTS
from crm.domain.plans import PLAN_STATUS_LABELS
from crm.domain.records import (
    ACHIEVEMENT_LABELS,
    AWARD_LEVEL_LABELS,
    FIGURES,
    FIRM_STATUS_LABELS,
    IP_LABELS,
    IP_ORIGIN_LABELS,
    JURISDICTION_LABELS,
    LEVEL_LABELS,
    MONEY_FIGURES,
    SOURCE_LABELS,
    VISIT_LABELS,
)
from crm.domain.requests import (
    REQUEST_KIND_LABELS,
    REQUEST_RESULT_LABELS,
    REQUEST_SOURCE_LABELS,
    REQUEST_STATUS_LABELS,
)
from crm.domain.words import N_
from crm.journal.models import Event
from crm.kit.pages import UNKNOWN, number, told, wan, words
from crm.policies.queries import known

# What is done, by the name the trail keeps.
ACTION_LABELS: dict[str, str] = {
    "account.signed_in": N_("登录"),
    "account.signed_out": N_("退出"),
    "firm.created": N_("建档"),
    "firm.edited": N_("修改档案"),
    "firm.assigned": N_("换人负责"),
    "firm.assignment_planned": N_("定下换人"),
    "firm.assignment_cancelled": N_("撤销换人"),
    "firm.moved": N_("迁移"),
    "firm.move_planned": N_("定下迁移"),
    "firm.move_cancelled": N_("撤销迁移"),
    "group.joined": N_("加入集团"),
    "group.left": N_("退出集团"),
    "group.edited": N_("修改集团"),
    "handover.made": N_("办理交接"),
    "handover.undone": N_("撤销交接"),
    "firm.tagged": N_("加标签"),
    "firm.untagged": N_("去标签"),
    "firm.restored": N_("恢复旧值"),
    "firm.merged": N_("合并档案"),
    "firm.unmerged": N_("撤销合并"),
    "import.created": N_("上传表格"),
    "import.read_as": N_("说明表格的读法"),
    "import.applied": N_("导入表格"),
    "bulk.done": N_("批量办理"),
    "bulk.undone": N_("撤销批量办理"),
    "firm.assignment_undone": N_("撤销换人"),
    "import.decided": N_("决定名称对应哪家企业"),
    "import.revoked": N_("撤回对名称的决定"),
    "import.undone": N_("撤销导入"),
    "list.exported": N_("导出名单"),
    "policy.drafted": N_("起草政策文本"),
    "policy.edited": N_("修改政策文本"),
    "policy.proposed": N_("提请启用政策文本"),
    "policy.returned": N_("退回政策文本"),
    "policy.activated": N_("启用政策文本"),
    "policy.replaced": N_("替换政策文本"),
    "policy.withdrawn": N_("撤回政策文本"),
    "policy.tried": N_("试算政策文本"),
    "register.exported": N_("整库导出"),
    "register.imported": N_("整库导入"),
    "plan.created": N_("起草一企一策"),
    "plan.edited": N_("修改一企一策"),
    "plan.agreed": N_("商定一企一策"),
    "plan.redrafted": N_("退回修改一企一策"),
    "plan.closed": N_("结束一企一策"),
    "plan.reopened": N_("重新打开一企一策"),
    "plan.goal_added": N_("加一企一策目标"),
    "plan.goal_edited": N_("修改一企一策目标"),
    "plan.goal_removed": N_("删除一企一策目标"),
    "plan.noted": N_("记一企一策进展"),
    "questions.written": N_("下载问题清单"),
    "decision.kept": N_("留存评估"),
    "visit.recorded": N_("登记走访联系"),
    "visit.edited": N_("修改走访联系"),
    "visit.settled": N_("办结下一步"),
}

VERB_LABELS: dict[str, str] = {
    "added": N_("登记"),
    "done": N_("办结"),
    "taken": N_("受理"),
    "answered": N_("答复"),
    "closed": N_("办结"),
    "extended": N_("改期"),
    "recorded": N_("登记"),
    "handed": N_("转交"),
    "reopened": N_("重新打开"),
    "withdrawn": N_("撤回"),
    "created": N_("新建"),
    "edited": N_("修改"),
    "removed": N_("删除"),
    "restored": N_("恢复"),
    "stated": N_("填报"),
    "printed": N_("打印"),
    "disabled": N_("停用"),
    "enabled": N_("启用"),
    "invited": N_("邀请"),
    "set": N_("设置"),
    "lifted": N_("解除"),
    "settled": N_("处理"),
}

# Long work, by the name its handler goes by.
JOB_LABELS: dict[str, str] = {
    "desk.verify": N_("核验审计链"),
    "imports.apply": N_("导入表格"),
    "imports.check": N_("预检表格"),
    "lists.bulk": N_("批量办理"),
    "imports.undo": N_("撤销导入"),
    "letters.profiles": N_("打包企业简介"),
    "letters.questions": N_("问题清单"),
    "lists.export": N_("导出名单"),
    "quality.walk": N_("检查数据质量"),
    "trials.run": N_("试算政策"),
    "screening.pass": N_("政策筛查"),
    "transfer.export": N_("整库导出"),
}

SUBJECT_LABELS: dict[str, str] = {
    "firm": N_("企业"),
    "contact": N_("联系人"),
    "certification": N_("资质"),
    "intellectual_property": N_("知识产权"),
    "annual_return": N_("年度数据"),
    "achievement": N_("荣誉"),
    "award_given": N_("奖补记录"),
    "credit_check": N_("信用核查"),
    "attachment": N_("附件"),
    "former_name": N_("曾用名"),
    "assignment": N_("换人"),
    "firm_group": N_("集团"),
    "group_member": N_("集团成员"),
    "firm_tag": N_("标签"),
    "stated_fact": N_("登记的事实"),
    "move": N_("管辖区"),
    "stop_flag": N_("暂停标记"),
    "group": N_("集团"),
    "handover": N_("交接"),
    "visit": N_("走访联系"),
    "task": N_("待办"),
    "request": N_("诉求"),
    "plan": N_("一企一策"),
    "plan_goal": N_("一企一策目标"),
    "import": N_("导入"),
    "policy": N_("政策文本"),
    "user": N_("账号"),
    "agency": N_("服务机构"),
    "job": N_("后台任务"),
    "bulk_act": N_("批量办理"),
    "export": N_("导出"),
    "quality": N_("质量提示"),
    "decision": N_("留存的评估"),
    "register": N_("登记库"),
}

FIELD_LABELS: dict[str, str] = {
    **FIGURES,
    "uscc": N_("统一社会信用代码"),
    "name": N_("名称"),
    "legal_representative": N_("法定代表人"),
    "registered_capital": N_("注册资本"),
    "established_on": N_("成立日期"),
    "status": N_("状态"),
    "address": N_("地址"),
    "registration_district": N_("注册地"),
    "tax_district": N_("税务所属区"),
    "statistics_district": N_("统计所属区"),
    "district": N_("区"),
    "jurisdiction": N_("管辖类别"),
    "since_on": N_("起始日期"),
    "industry_code": N_("行业代码"),
    "tech_field": N_("技术领域"),
    "clusters": N_("产业集群"),
    "main_product": N_("主要产品"),
    "resident_enterprise": N_("居民企业"),
    "audited_collection": N_("查账征收"),
    "restricted_product": N_("产品属限制或淘汰类"),
    "officer_id": N_("服务专员"),
    "agency_id": N_("服务机构"),
    "note": N_("备注"),
    "park": N_("园区"),
    "incubator": N_("孵化器"),
    "tag": N_("标签"),
    "reason": N_("原因"),
    "place": N_("去向"),
    "group": N_("所属集团"),
    "head": N_("牵头企业"),
    "count": N_("企业数"),
    "lifter": N_("谁可解除"),
    "lifted_on": N_("解除日期"),
    "lifted_why": N_("解除原因"),
    "post": N_("职务"),
    "phone": N_("电话"),
    "email": N_("邮箱"),
    "main": N_("主要联系人"),
    "kind": N_("类别"),
    "number": N_("编号"),
    "batch": N_("批次"),
    "issued_on": N_("发证日期"),
    "expires_on": N_("有效期至"),
    "revoked_on": N_("撤销日期"),
    "revoked_why": N_("撤销原因"),
    "title": N_("名称"),
    "since_year": N_("起始年度"),
    "until_year": N_("截止年度"),
    "what": N_("目标"),
    "target": N_("目标值"),
    "rung": N_("要上的台阶"),
    "progress": N_("进度"),
    "agreed_on": N_("商定日期"),
    "agreed_with": N_("企业谁商定的"),
    "closed_on": N_("结束日期"),
    "asked_on": N_("提出日期"),
    "asked_by": N_("提出人"),
    "subject": N_("诉求"),
    "text": N_("具体情况"),
    "solver": N_("由谁解决"),
    "answer": N_("答复"),
    "answered_on": N_("答复日期"),
    "answered_by_id": N_("答复人"),
    "result": N_("结果"),
    "confirmed_with": N_("企业谁确认的"),
    "confirmed_on": N_("确认日期"),
    "confirmed_by_id": N_("确认人"),
    "ended_on": N_("结束日期"),
    "applied_on": N_("申请日期"),
    "granted_on": N_("授权日期"),
    "lapsed_on": N_("失效日期"),
    "origin": N_("获得方式"),
    "core": N_("核心技术"),
    "used_for_hte_on": N_("用于高企认定"),
    "level": N_("级别"),
    "rank": N_("排名"),
    "given_on": N_("授予日期"),
    "until_on": N_("截止日期"),
    "amount": N_("金额"),
    "policy_id": N_("依据的政策"),
    "award_year": N_("奖补年度"),
    "award_type": N_("奖补名称"),
    "award_batch": N_("奖补批次"),
    "award_level": N_("资金层级"),
    "award_amount": N_("奖补金额"),
    "award_given_on": N_("奖补日期"),
    "award_note": N_("奖补备注"),
    "checked_on": N_("核查日期"),
    "listed": N_("在失信或异常名录"),
    "incident_on": N_("事故日期"),
    "year": N_("年度"),
    "source": N_("来源"),
    "version": N_("版次"),
    "visited_on": N_("日期"),
    "met": N_("会见人"),
    "summary": N_("情况"),
    "next_step": N_("下一步"),
    "next_on": N_("答应的日期"),
    "done_on": N_("办结日期"),
    "done_by_id": N_("办结人"),
    "owner_id": N_("负责人"),
    "due_on": N_("期限"),
    "username": N_("用户名"),
    "role": N_("角色"),
    "districts": N_("负责的区"),
    "whole_city": N_("全市"),
    "active": N_("启用"),
    "firm_id": N_("企业"),
    "size": N_("大小"),
    "certificate": N_("资质"),
    "cert_kind": N_("资质类别"),
    "cert_number": N_("资质编号"),
    "cert_batch": N_("资质批次"),
    "cert_issued_on": N_("发证日期"),
    "cert_expires_on": N_("有效期至"),
    "contact_name": N_("联系人"),
    "contact_phone": N_("联系电话"),
    "former_name": N_("曾用名"),
    "rows": N_("行数"),
    "firms": N_("家数"),
    "filter": N_("筛选条件"),
    "columns": N_("列"),
    "personal": N_("含个人信息"),
    "files": N_("附件数"),
    "sha256": N_("文件校验值"),
}

# The label tables a page needs to tell a record.
TABLES: dict[str, dict[Any, str]] = {
    "rungs": RUNG_LABELS,
    "achievements": ACHIEVEMENT_LABELS,
    "levels": LEVEL_LABELS,
    "visits": VISIT_LABELS,
    "requests": REQUEST_STATUS_LABELS,
    "sources": SOURCE_LABELS,
    "ip": IP_LABELS,
    "jurisdictions": JURISDICTION_LABELS,
    "districts": DISTRICTS,
}

# Fields whose words depend on the kind of record.
_OF_SUBJECT: dict[tuple[str, str], dict[Any, str]] = {
    ("award_given", "level"): AWARD_LEVEL_LABELS,
    ("plan", "status"): PLAN_STATUS_LABELS,
    ("plan", "rung"): RUNG_LABELS,
    ("request", "source"): REQUEST_SOURCE_LABELS,
    ("request", "status"): REQUEST_STATUS_LABELS,
    ("request", "result"): REQUEST_RESULT_LABELS,
}
_KINDS: dict[str, dict[Any, str]] = {
    "request": REQUEST_KIND_LABELS,
    "certification": RUNG_LABELS,
    "visit": VISIT_LABELS,
    "intellectual_property": IP_LABELS,
    "achievement": ACHIEVEMENT_LABELS,
}
_CHOICES: dict[str, dict[Any, str]] = {
    "status": FIRM_STATUS_LABELS,
    "tech_field": TECH_FIELDS,
    "clusters": GUANGZHOU_2025,
    "jurisdiction": JURISDICTION_LABELS,
    "origin": IP_ORIGIN_LABELS,
    "level": LEVEL_LABELS,
    "source": SOURCE_LABELS,
    "role": ROLE_LABELS,
    "lifter": LIFTER_LABELS,
    "cert_kind": RUNG_LABELS,
    "award_level": AWARD_LEVEL_LABELS,
}
_DISTRICTS = {"registration_district", "tax_district", "statistics_district", "district", "districts"}
_PEOPLE = ("officer_id", "owner_id", "done_by_id", "answered_by_id", "confirmed_by_id")
_YEARS = {"year", "since_year", "until_year", "award_year"}
_MONEY = {*MONEY_FIGURES, "registered_capital", "amount", "award_amount"}
# Fields the office keeps for itself, and those that are somebody's personal data.
OFFICE_FIELDS = frozenset({"note", "award_note", "tag", "reason", "lifter", "lifted_why"})
PERSONAL = frozenset(
    {
        ("contact", "name"),
        ("contact", "phone"),
        ("contact", "email"),
        ("firm", "contact_name"),
        ("firm", "contact_phone"),
    }
)
MASK = "＊＊＊"
# What an act says of itself beside what it changed: told as it is.
STATED = (
    *("year", "source", "name", "since_on", "place", "count", "reason"),
    *("filter", "firms", "rows", "columns", "personal", "files", "sha256"),
)


class Line(NamedTuple):
    """One field of a change, as people read it."""

    field: str
    before: str
    after: str


def act_in_words(action: str) -> str:
    """Return what was done: by its own name, or put together of verb and subject; else as the trail keeps it."""
    subject, _dot, verb = action.partition(".")
    if action in ACTION_LABELS:
        return words(ACTION_LABELS[action])
    if subject in SUBJECT_LABELS and verb in VERB_LABELS:
        return _("%(verb)s%(subject)s", verb=words(VERB_LABELS[verb]), subject=words(SUBJECT_LABELS[subject]))
    return action


class Teller:
    """Tells events in words; ``names`` are the people and agencies the events speak of, found once for all of them."""

    def __init__(
        self, events: Iterable[Event], *, office: bool, contacts: bool, also: Iterable[tuple[str, Any]] = ()
    ) -> None:
        self.office = office
        self.contacts = contacts
        pairs = [(field, value) for field, value in also if field in {"officer_id", "agency_id"} and value] + [
            (field, value)
            for event in events
            for field, both in _changes(event).items()
            if field in {*_PEOPLE, "agency_id"}
            for value in both
            if value is not None
        ]
        self.names = {
            **dict.fromkeys(_PEOPLE, accounts.names_of({value for field, value in pairs if field in _PEOPLE})),
            "agency_id": accounts.agency_names_of({value for field, value in pairs if field == "agency_id"}),
        }

    def act(self, event: Event) -> str:
        """Return what was done."""
        act = act_in_words(event.action)
        if event.subject == "firm" and event.detail.get("undone"):
            return _("撤销导入（表格第 %(row)s 行）", row=event.detail.get("row"))
        if event.subject == "firm" and "import" in event.detail:
            return _("%(act)s（表格第 %(row)s 行）", act=act, row=event.detail.get("row"))
        return act

    def lines(self, event: Event) -> list[Line]:
        """Return each field that changed, before and after; fields the reader may not see are left out or masked."""
        return [
            Line(
                _field(field),
                self.value(event.subject, field.partition("@")[0], before),
                self.value(event.subject, field.partition("@")[0], after),
            )
            for field, (before, after) in _changes(event).items()
            if self.office or field not in OFFICE_FIELDS
        ]

    def value(self, subject: str, field: str, value: Any) -> str:
        """Return one value of a field as people read it."""
        if value is None or value == []:
            return UNKNOWN
        if (subject, field) in PERSONAL and not self.contacts:
            return MASK
        if isinstance(value, bool):
            return _("是") if value else _("否")
        if isinstance(value, list):
            return "、".join(self.value(subject, field, item) for item in value)
        if field in _MONEY and isinstance(value, int):
            return _("%(amount)s 万元", amount=wan(value))
        if field == "policy_id" and value in known():
            return told(known()[value].name)
        if field in _DISTRICTS:
            return words(DISTRICTS.get(value, value))
        if field in self.names:
            return self.names[field].get(value, str(value))
        choices = _KINDS.get(subject, {}) if field == "kind" else _CHOICES.get(field, {})
        choices = _OF_SUBJECT.get((subject, field), choices)
        if value in choices:
            return words(choices[value])
        return number(value) if isinstance(value, int) and field not in _YEARS else str(value)


def _field(field: str) -> str:
    """Return what a field is called; ``revenue@2025`` is the figure of a year."""
    name, _at, year = field.partition("@")
    label = words(FIELD_LABELS.get(name, name))
    return f"{year} {label}" if year else label


def _changes(event: Event) -> dict[str, list[Any]]:
    """Return {field: [before, after]}, done or planned; what was stated or added at once has no before."""
    detail = event.detail
    stated = {name: detail[name] for name in STATED if name in detail} | detail.get("figures", {})
    return {
        **{name: [None, value] for name, value in stated.items()},
        **detail.get("planned", {}),
        **detail.get("changes", {}),
    }

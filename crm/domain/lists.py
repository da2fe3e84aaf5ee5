"""Closed lists of what comes in: kinds of list, where a list stands, what becomes of its rows."""

from enum import StrEnum

from crm.domain.words import N_


class ListKind(StrEnum):
    """What the rows of a list are about; crm/imports/vocabulary.py says what each kind yields."""

    FIRMS = "firms"
    CONTACTS = "contacts"
    FIGURES = "figures"
    CERTIFICATES = "certificates"
    AWARDS = "awards"
    ENTRIES = "entries"
    VISITS = "visits"
    PROPERTY = "property"


LIST_LABELS = {
    ListKind.FIRMS: N_("企业名单"),
    ListKind.CONTACTS: N_("联系人名单"),
    ListKind.FIGURES: N_("年度数据"),
    ListKind.CERTIFICATES: N_("资质证书名单"),
    ListKind.AWARDS: N_("奖补名单"),
    ListKind.ENTRIES: N_("科技型中小企业入库名单"),
    ListKind.VISITS: N_("走访记录"),
    ListKind.PROPERTY: N_("知识产权清单"),
}


class ImportStatus(StrEnum):
    """Where a list stands."""

    UPLOADED = "uploaded"
    CHECKED = "checked"
    APPLYING = "applying"
    APPLIED = "applied"
    FAILED = "failed"


class RowOutcome(StrEnum):
    """What applying a row will do, or did."""

    CREATE = "create"
    UPDATE = "update"
    SAME = "same"
    UNSURE = "unsure"
    REJECT = "reject"


OUTCOME_LABELS = {
    RowOutcome.CREATE: N_("新建"),
    RowOutcome.UPDATE: N_("更新"),
    RowOutcome.SAME: N_("无变化"),
    RowOutcome.UNSURE: N_("待确认"),
    RowOutcome.REJECT: N_("不能导入"),
}

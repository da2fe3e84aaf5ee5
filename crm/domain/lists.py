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
    UNDOING = "undoing"
    UNDONE = "undone"


class RowOutcome(StrEnum):
    """What applying a row will do, or did."""

    CREATE = "create"
    UPDATE = "update"
    SAME = "same"
    UNSURE = "unsure"
    SKIP = "skip"
    REJECT = "reject"


OUTCOME_LABELS = {
    RowOutcome.CREATE: N_("新建"),
    RowOutcome.UPDATE: N_("更新"),
    RowOutcome.SAME: N_("无变化"),
    RowOutcome.UNSURE: N_("待确认"),
    RowOutcome.SKIP: N_("不导入"),
    RowOutcome.REJECT: N_("不能导入"),
}


class Question(StrEnum):
    """What only a person can say of a row."""

    WHO = "who"
    RENAME = "rename"
    TWIN = "twin"


QUESTION_LABELS = {
    Question.WHO: N_("没有代码，是哪一家？"),
    Question.RENAME: N_("代码相同，名称不同：是更名吗？"),
    Question.TWIN: N_("代码不在库里，却有同名企业：是同一家吗？"),
}


class Answer(StrEnum):
    """What somebody said of a row; it counts for every later list of the same office that asks the same."""

    FIRM = "firm"
    RENAMED = "renamed"
    KEPT = "kept"
    NEW = "new"
    SKIP = "skip"


ANSWER_LABELS = {
    Answer.FIRM: N_("就是这家"),
    Answer.RENAMED: N_("已更名，改用表中的名称"),
    Answer.KEPT: N_("没有更名，保留库中的名称"),
    Answer.NEW: N_("是另一家，新建"),
    Answer.SKIP: N_("都不是，不导入"),
}
ANSWERS: dict[Question, tuple[Answer, ...]] = {
    Question.WHO: (Answer.FIRM, Answer.SKIP),
    Question.RENAME: (Answer.RENAMED, Answer.KEPT, Answer.SKIP),
    Question.TWIN: (Answer.FIRM, Answer.NEW, Answer.SKIP),
}


class Why(StrEnum):
    """Why a firm is offered for a name, the strongest reason first."""

    CODE = "code"
    NAME = "name"
    FORMER = "former"
    PLAIN = "plain"
    CORE = "core"
    SOUND = "sound"
    ALIKE = "alike"


WHY_LABELS = {
    Why.CODE: N_("代码相同"),
    Why.NAME: N_("名称相同"),
    Why.FORMER: N_("曾用名相同"),
    Why.PLAIN: N_("只差全半角、括号或空格"),
    Why.CORE: N_("只差地名或公司形式"),
    Why.SOUND: N_("读音相同"),
    Why.ALIKE: N_("名称相近"),
}

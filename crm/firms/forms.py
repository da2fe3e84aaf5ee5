"""What is typed into a firm's file."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp, ValidationError

from crm.domain import codes
from crm.domain.clusters import GUANGZHOU_2025
from crm.domain.errors import Refused
from crm.domain.industries import TECH_FIELDS, section_of
from crm.domain.ladder import RUNG_LABELS
from crm.domain.places import DISTRICTS
from crm.domain.records import (
    ACHIEVEMENT_LABELS,
    AWARD_LEVEL_LABELS,
    COUNT_FIGURES,
    FIRM_STATUS_CHOICES,
    IP_LABELS,
    IP_ORIGIN_LABELS,
    LEVEL_LABELS,
    MONEY_FIGURES,
    SOURCE_LABELS,
    AchievementKind,
    FirmStatus,
    IpKind,
    Level,
    Source,
)
from crm.kit.forms import EditForm, Form, WanField
from crm.kit.pages import told, words
from crm.policies.queries import known

BLANK = SelectChoice("", _l("未知"))
TRI = [BLANK, SelectChoice("yes", _l("是")), SelectChoice("no", _l("否"))]


def choices(labels: dict[Any, str], *, blank: bool = False) -> list[SelectChoice]:
    """Return the options of a closed list, translated when they are drawn."""
    options = [SelectChoice(str(value), _l(label)) for value, label in labels.items()]
    return [BLANK, *options] if blank else options


def _needed(message: str) -> list[Any]:
    return [InputRequired(message)]


class FirmForm(EditForm):
    """Identity of a firm."""

    uscc = StringField(_l("统一社会信用代码"), [InputRequired(_l("请填写统一社会信用代码")), Length(max=40)])
    name = StringField(_l("企业名称"), [InputRequired(_l("请填写企业名称")), Length(max=200)])
    legal_representative = StringField(_l("法定代表人"), [Length(max=64)])
    registered_capital = WanField(_l("注册资本"))
    established_on = DateField(_l("成立日期"), [Optional()])
    status = SelectField(_l("登记状态"), choices=choices(FIRM_STATUS_CHOICES), default=FirmStatus.ACTIVE.value)
    address = StringField(_l("注册地址"), [Length(max=300)])
    registration_district = SelectField(_l("注册地"), choices=choices(DISTRICTS, blank=True))
    tax_district = SelectField(_l("税务"), choices=choices(DISTRICTS, blank=True))
    statistics_district = SelectField(_l("统计"), choices=choices(DISTRICTS, blank=True))
    moved_on = DateField(_l("管辖变动生效日"), [Optional()])
    industry_code = StringField(_l("行业代码"), [Length(max=4)])
    tech_field = SelectField(_l("技术领域"), choices=choices(TECH_FIELDS, blank=True))
    clusters = SelectMultipleField(_l("产业集群"), choices=choices(GUANGZHOU_2025))
    main_product = StringField(_l("主要产品"), [Length(max=200)])
    park = StringField(_l("园区"), [Length(max=100)], render_kw={"list": "parks"})
    incubator = StringField(_l("孵化器"), [Length(max=100)], render_kw={"list": "incubators"})
    resident_enterprise = SelectField(_l("居民企业"), choices=TRI)
    audited_collection = SelectField(_l("查账征收"), choices=TRI)
    restricted_product = SelectField(_l("产品属禁止、限制或淘汰类"), choices=TRI)
    officer_id = SelectField(_l("服务专员"), choices=[])
    agency_id = SelectField(_l("服务机构"), choices=[])
    note = TextAreaField(_l("备注"), [Length(max=2000)])

    def validate_uscc(self, field: StringField) -> None:
        """Say which character of the code is wrong."""
        try:
            field.data = codes.validate(field.data or "")
        except Refused as refusal:
            raise ValidationError(words(refusal.message, **refusal.params)) from None

    def validate_industry_code(self, field: StringField) -> None:
        """Accept two to four digits of a division that exists."""
        if field.data and section_of(field.data) is None:
            raise ValidationError(_l("请填写国民经济行业分类的2至4位数字代码，例如 6513"))


class ContactForm(EditForm):
    """Somebody at the firm."""

    name = StringField(_l("姓名"), [InputRequired(_l("请填写姓名")), Length(max=64)])
    post = StringField(_l("职务"), [Length(max=64)])
    phone = StringField(_l("电话"), [Length(max=32)])
    email = StringField(
        _l("邮箱"), [Optional(), Length(max=200), Regexp(r"[^@\s]+@[^@\s]+\.[^@\s]+$", message=_l("邮箱地址不完整"))]
    )
    main = BooleanField(_l("主要联系人"))


class CertificationForm(EditForm):
    """A certificate or registration."""

    kind = SelectField(_l("资质"), choices=choices(RUNG_LABELS))
    number = StringField(_l("编号"), [InputRequired(_l("请填写编号")), Length(max=64)])
    batch = StringField(_l("批次"), [Length(max=64)])
    issued_on = DateField(_l("发证日期"), _needed(_l("请填写发证日期")))
    expires_on = DateField(_l("有效期至"), [Optional()])
    revoked_on = DateField(_l("撤销日期"), [Optional()])
    revoked_why = StringField(_l("撤销原因"), [Length(max=200)])

    def validate_expires_on(self, field: DateField) -> None:
        """A certificate does not end before it begins."""
        if field.data and self.issued_on.data and field.data < self.issued_on.data:
            raise ValidationError(_l("有效期早于发证日期"))


class IpForm(EditForm):
    """A right or an application."""

    kind = SelectField(_l("类别"), choices=choices(IP_LABELS), coerce=IpKind)
    number = StringField(_l("编号"), [InputRequired(_l("请填写编号")), Length(max=64)])
    title = StringField(_l("名称"), [InputRequired(_l("请填写名称")), Length(max=200)])
    applied_on = DateField(_l("申请日"), [Optional()])
    granted_on = DateField(_l("授权日"), [Optional()])
    lapsed_on = DateField(_l("失效日"), [Optional()])
    origin = SelectField(_l("获得方式"), choices=choices(IP_ORIGIN_LABELS, blank=True))
    core = SelectField(_l("对主要产品起核心支持作用"), choices=TRI)
    used_for_hte_on = DateField(_l("已用于高企认定（Ⅱ类只能用一次）"), [Optional()])


class AchievementForm(EditForm):
    """An award, an institution, a standard."""

    kind = SelectField(_l("类别"), choices=choices(ACHIEVEMENT_LABELS), coerce=AchievementKind)
    level = SelectField(_l("级别"), choices=choices(LEVEL_LABELS), coerce=Level)
    title = StringField(_l("名称"), [InputRequired(_l("请填写名称")), Length(max=200)])
    rank = IntegerField(_l("排名"), [Optional(), NumberRange(1, 999, _l("排名应为1至999"))])
    given_on = DateField(_l("日期"), _needed(_l("请填写日期")))
    until_on = DateField(_l("有效期至"), [Optional()])


def _award_policies() -> list[SelectChoice]:
    """Return the policies that give money; a page that is drawn asks anew."""
    given = [policy for policy in known().values() if policy.kind == "award"]
    return [BLANK, *(SelectChoice(policy.id, told(policy.name)) for policy in given)]


class AwardForm(EditForm):
    """Money the firm was given."""

    year = IntegerField(_l("年度"), [InputRequired(_l("请填写年度")), NumberRange(1990, 2100, _l("请填写四位年份"))])
    title = StringField(_l("奖补名称"), [InputRequired(_l("请填写奖补名称")), Length(max=200)])
    policy_id = SelectField(_l("依据的政策"), choices=_award_policies)
    batch = StringField(_l("批次"), [Length(max=64)])
    amount = WanField(_l("金额"))
    level = SelectField(_l("资金层级"), choices=choices(AWARD_LEVEL_LABELS, blank=True))
    given_on = DateField(_l("公布或拨付日期"), [Optional()])
    note = TextAreaField(_l("备注"), [Length(max=1000)])

    def validate_amount(self, field: WanField) -> None:
        """What was taken back is no award of its own."""
        if field.data is not None and field.data < 0:
            raise ValidationError(_l("金额不能为负：追回的钱请写在备注里"))


class CreditCheckForm(EditForm):
    """What the public registers said on a day."""

    checked_on = DateField(_l("核查日期"), _needed(_l("请填写核查日期")))
    listed = SelectField(
        _l("列入经营异常名录或严重违法失信名单"),
        choices=[SelectChoice("no", _l("否")), SelectChoice("yes", _l("是"))],
    )
    incident_on = DateField(_l("最近一次重大事故或严重环境违法"), [Optional()])


class AttachmentForm(Form):
    """One file."""

    file = FileField(_l("文件"), [FileRequired(_l("请选择文件"))])


class MergeForm(Form):
    """Two files compared; ``seal`` marks the state of both that was shown."""

    seal = HiddenField()


class RemoveForm(Form):
    """Confirm that one record goes."""


class ReturnForm(Form):
    """One source's statement of a year; money in 万元."""

    year = IntegerField(_l("年度"), [InputRequired(_l("请填写年度")), NumberRange(1990, 2100, _l("请填写四位年份"))])
    source = SelectField(
        _l("来源"),
        choices=choices({s: SOURCE_LABELS[s] for s in (Source.AUDIT, Source.TAX_RETURN, Source.OFFICER)}),
        coerce=Source,
    )
    confirm = BooleanField(_l("数字已核对，单位无误"))


for _name, _label in MONEY_FIGURES.items():
    setattr(ReturnForm, _name, WanField(_l(_label)))
for _name, _label in COUNT_FIGURES.items():
    setattr(ReturnForm, _name, IntegerField(_l(_label), [Optional(), NumberRange(0, 10**9, _l("应为不小于0的整数"))]))

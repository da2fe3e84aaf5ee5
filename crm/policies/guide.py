"""How a pack is written, line by line, for those who write one in the browser (docs/writing-rules.md tells more)."""

from crm.domain.words import N_
from crm.rules.figure import Kind

LINES: tuple[tuple[str, str], ...] = (
    (
        "id: own_policy",
        N_("政策的代号：小写字母、数字、下划线。启用之后不再改，历次文本靠它归在一起。"),
    ),
    (
        "name: {zh: 名称, en: Name}",
        N_("中英文名称，页面和文书上用。"),
    ),
    (
        "level: city",
        N_("哪一级的政策：national 国家、province 省、city 市、district 区。"),
    ),
    (
        "kind: recognition",
        N_("是什么：recognition 资质认定、award 资金支持、list 公布名单、check 核查提示；不写就是资质认定。"),
    ),
    (
        """issuer: 发文机关
subject: firm""",
        N_("谁发的文；对谁，现在都是企业。"),
    ),
    (
        'area: "440112"',
        N_("只对注册地在这里的企业：行政区划代码的前几位；不写就是不限。"),
    ),
    (
        """expected_months: [6, 7]
windows:
  - {opens: 2026-06-01, closes: 2026-07-31, source: {…}}""",
        N_("公布过的申报期，首尾两天都含；还没有公布时只写往年在哪几个月，不猜日子。"),
    ),
    (
        """versions:
  - id: own_policy@2026""",
        N_("按生效日分版本，每个版本一个代号。文件修订时加一个版本，不改旧版本。"),
    ),
    (
        """    since: 2026-01-01
    until: 2026-12-31""",
        N_("从哪天到哪天，两头都含；没有截止日就不写 until。同一种申请的版本不能重叠，也不能有空档。"),
    ),
    (
        "    actions: [new, renewal]",
        N_("适用于首次申请、复核或重新认定，或两者。"),
    ),
    (
        """    sources:
      - document: 文号
        title: 标题
        grade: restated
        ids: []
        url: https://…""",
        N_(
            "依据哪份文件、核实到什么程度：official text 看过官方原文、restated 转引、unverified 没有核实。"
            "页面和文书都会写明。"
        ),
    ),
    (
        "    note: {zh: 说明, en: Note}",
        N_("条文里哪些没有写进规则、用之前要核对什么。页面上会显示。"),
    ),
    (
        """    criteria:
      id: own_policy
      label: {zh: 条件, en: Conditions}
      clause: 第三条
      all:""",
        N_("条件是一棵树：all 下面的要全部满足，any 下面的满足一项即可，可以一层套一层。"),
    ),
    (
        """        - id: staff
          label: {zh: 职工不超过500人, en: …}
          clause: 第三条(二)
          metric: employees_total
          at_most: 500""",
        N_("一个条件：代号、说法、条款、指标、要求。金额的单位是万元，比例写小数（0.05 是 5%）。"),
    ),
    (
        """at_least: 5    above: 5
at_most: 5     below: 5""",
        N_("≥ 5、＞ 5、≤ 5、＜ 5。正好等于 5 算不算，差别就在这里。"),
    ),
    (
        """is: true
in: ["1", "2.3"]""",
        N_("是否类的指标写 true 或 false；代码类的写若干代码，“1”也包括“1.2”。"),
    ),
    (
        """at_least_by:
  metric: sales_last_year
  bands:
    - {at_most: 5000, value: 0.05}
    - {above: 5000, value: 0.04}""",
        N_("门槛随另一个指标分段：收入 5000 万元以下要 5%，以上要 4%。各段要首尾相接，边界归哪一段写明白。"),
    ),
    (
        "source: {document: …, title: …, grade: unverified, ids: [], url: …}",
        N_("一个条件可以有自己的依据。没有核实的条件只算给人看，不决定结果。"),
    ),
    (
        """    scores:
      merit:
        label: {zh: 评分, en: Score}
        most: 100
        parts:
          - id: staff_points
            label: {zh: 科技人员, en: Staff}
            clause: 第七条
            most: 20
            best_of:
              - metric: tech_staff_ratio_last_year
                bands:
                  - {below: 0.1, points: 0}
                  - {at_least: 0.1, points: 20}""",
        N_("评分：各项按分段给分，几种算法取最高的；条件里写 metric: merit、at_least: 60 就是 60 分以上。"),
    ),
    (
        """                disputed:
                  - at: 0.1
                    printed: {zh: 条文怎么说, en: …}
                    other: {zh: 别处怎么说, en: …}
                    source: {…}""",
        N_("界线上有两种读法时写明：正好在界线上的企业，两段的分数都可能，页面上两种读法都讲。"),
    ),
    (
        "            panel: [0, 20]",
        N_("由专家评的项写一个范围，不替专家给分。"),
    ),
    (
        "# 说明",
        N_("“#”之后是给人看的注释，保存和假设试算都会留着。"),
    ),
)
KINDS: dict[Kind, str] = {
    Kind.MONEY: N_("万元"),
    Kind.COUNT: N_("数"),
    Kind.RATIO: N_("小数，0.05 即 5%"),
    Kind.BOOL: N_("true 或 false"),
    Kind.RANK: N_("名次，没有就是没获奖"),
    Kind.TEXT: N_("代码"),
    Kind.DATE: N_("日期，不能直接比较"),
    Kind.SCORE: N_("分"),
}

"""Why a typed pack cannot be used, in the reader's words, with the line as it was typed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from crm.domain.words import N_
from crm.kit.pages import words

# What the reader of packs says (English, for the command line) and how a page says it.
_SENTENCES: tuple[tuple[str, str], ...] = (
    (r"a pack is a mapping.*", N_("规则文本要以 id、name、versions 等键开头")),
    (r"larger than (?P<limit>\d+) KB", N_("超过 {limit} KB：规则文本没有这么长")),
    (r"nested more than (?P<limit>\d+) deep", N_("嵌套超过 {limit} 层")),
    (r"more than (?P<limit>\d+) values, .*", N_("展开引用（*）后超过 {limit} 个值")),
    (r"refers to itself", N_("引用（*）指向了自己")),
    (r"a key must be a plain word", N_("键要是一个普通的词")),
    (r"(?P<key>.+) stands here twice", N_("“{key}”写了两遍")),
    (r"half a character", N_("含有不完整的字符")),
    (r"(?P<value>.+) is no number and no day", N_("“{value}”不是数，也不是日期")),
    (r"not YAML: a character .*", N_("含有不能出现在文本里的字符")),
    (r"not YAML: .*another document.*", N_("一份文本只写一项政策：“---”之后又开始了另一份")),
    (r"not YAML: .*undefined alias '(?P<name>.+)'", N_("引用了没有定义的“*{name}”")),
    (r"not YAML: .*(constructor|tag).*", N_("不接受“!”开头的类型标记")),
    (r"not YAML: .*'\\t'.*", N_("缩进用了制表符：请改成空格")),
    (r"not YAML: (mapping values are not allowed here.*|could not find expected ':'.*)",
     N_("冒号或缩进不对：检查这一行和上一行")),
    (r"not YAML: (?P<why>.*)", N_("不合 YAML 的写法（{why}）：检查缩进、冒号、引号和括号是否成对")),
    (r"unknown metric (?P<metric>\S+)", N_("没有“{metric}”这个指标：可用的见规则编写指南")),
    (r"(?P<comparison>\S+) (?:does|do) not fit (?P<metric>\S+), which is a (?P<kind>\w+)",
     N_("“{metric}”是{kind}，不能用 {comparison} 比较")),
    (r"(?P<id>\S+) holds no verified condition.*", N_("“{id}”下面全是未核实的条件，没有一条能决定结果")),
    (r"id (?P<id>\S+) is used twice", N_("id“{id}”用了两遍")),
    (r"id (?P<id>\S+) is the name of a figure", N_("id“{id}”是一个指标的名字，请换一个")),
    (r"(?P<id>.+) is no id.*", N_("“{id}”不能作 id：只用字母、数字和下划线，以字母开头")),
    (r"(?P<score>\S+) is no score made of plain parts", N_("“{score}”不是由单项组成的评分")),
    (r"(?P<version>\S+) cannot be evaluated.*", N_("版本“{version}”不能计算：请检查它的条件和评分")),
    (r"versions (?P<older>\S+) and (?P<newer>\S+) overlap for (?P<action>\w+)",
     N_("版本“{older}”和“{newer}”的有效期重叠（{action}）")),
    (r"no version holds for (?P<action>\w+) between (?P<until>\S+) and (?P<since>\S+)",
     N_("{until} 到 {since} 之间没有版本有效（{action}）")),
    (r"bands overlap at (?P<edge>\S+)", N_("分段在 {edge} 处重叠")),
    (r"bands leave a gap at (?P<edge>\S+)", N_("分段在 {edge} 处有空缺")),
    (r"the lowest band must be open below.*", N_("最低一段不要写 at_least 或 above：它要一直到底")),
    (r"the highest band must be open above.*", N_("最高一段不要写 at_most 或 below：它要一直到顶")),
    (r"no two bands meet at (?P<edge>\S+):.*", N_("没有两段在 {edge} 处相接，谈不上两种读法")),
    (r"the window closes on (?P<closes>\S+) before it opens on (?P<opens>\S+)",
     N_("申报期先截止（{closes}）后开始（{opens}）")),
    (r"no bands", N_("没有分段")),
    (r"every band of a threshold needs a value", N_("每一段门槛都要写 value")),
    (r"every band of a score needs points", N_("每一段评分都要写 points")),
    (r"a condition needs exactly one comparison, this has (?P<count>\d+)",
     N_("一个条件要写一个比较（at_least、at_most、is 等），这里有 {count} 个")),
    (r"a part has one of best_of, panel and of", N_("一个评分项写 best_of、panel、of 之一")),
    (r"give either bands or when_true and when_false", N_("写 bands，或者写 when_true 和 when_false")),
    (r"(?P<metric>\S+) is no amount of money", N_("“{metric}”不是金额，不能按比例给，也不能用来封顶")),
    (r"a part of an award has one of flat, bands and rate", N_("一项奖补写 flat、bands、rate 之一")),
    (r"bands and rate are over a metric, flat is over none", N_("bands 和 rate 要写 over，flat 不写")),
    (r"marginal goes with bands, times with rate", N_("marginal 和 bands 一起用，times 和 rate 一起用")),
    (r"every band of an award needs a value that is not below zero", N_("每一段奖补都要写 value，且不小于 0")),
    (r"the shares of an award add up to one", N_("各级分担的比例加起来要等于 1")),
    (r"the floor of an award is above its cap", N_("保底高于封顶")),
    (r"a policy cannot both stack with another and exclude it", N_("同一项政策不能既可叠加又互相排斥")),
    (r"Input should be (greater|less) than.*", N_("数值超出范围")),
    (r"Field required", N_("缺少这一项")),
    (r"Extra inputs are not permitted", N_("没有这个键：是不是拼错了")),
    (r"Input should be a valid date.*", N_("不是日期：写成 2026-01-31 这样")),
    (r"Input should be a (valid|finite) number.*", N_("不是数")),
    (r"Input should be a valid string", N_("要写文字")),
    (r"Input should be a valid (boolean|bool).*", N_("要写 true 或 false")),
    (r"Input should be a valid (list|tuple).*", N_("要写成列表")),
    (r"Input should be a valid (dictionary|dict).*", N_("要写成若干个键和值")),
    (r"Input should be (?P<choices>'.*)", N_("只能写 {choices} 之一")),
    (r"(List|Tuple) should have at least .*", N_("至少写一项")),
    (r"(List|Tuple) should have at most .*", N_("写多了")),
    (r"String should match pattern.*", N_("只用小写字母、数字和下划线，以字母开头，2 到 40 个字符")),
)  # fmt: skip
_KINDS: dict[str, str] = {
    "bool": N_("是否"),
    "text": N_("代码"),
    "date": N_("日期"),
    "score": N_("评分"),
    "money": N_("金额"),
    "count": N_("数量"),
    "ratio": N_("比例"),
    "rank": N_("名次"),
}


@dataclass(frozen=True)
class Fault:
    """One fault: the line it stands on (from 1), the key it is about, what is wrong, the line as it was typed."""

    line: int
    place: str
    what: str
    typed: str


def told(faults: Sequence[tuple[int, str]], text: str) -> list[Fault]:
    """Return the faults that the reader of packs found in ``text``, in words."""
    lines = text.splitlines()
    return [
        Fault(line, *sentence(what), lines[line - 1].rstrip() if 0 < line <= len(lines) else "")
        for line, what in faults
    ]


def sentence(what: str) -> tuple[str, str]:
    """Return (the key, the sentence) of what the reader of packs said; unknown sentences stay as they are."""
    place, separator, rest = what.partition(": ")
    said = rest if separator and re.fullmatch(r"[\w.]+", place) else what
    key = place.removesuffix(".bool").removesuffix(".str").rpartition(".")[2] if said is rest else ""
    for pattern, text in _SENTENCES:
        found = re.fullmatch(pattern, said)
        if found:
            values = {name: words(_KINDS.get(value, value)) for name, value in found.groupdict().items()}
            return key, words(text, **values)
    return key, said

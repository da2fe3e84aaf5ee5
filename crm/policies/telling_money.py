"""Awards put into words: what a part gives, and what holds for the whole."""

from flask_babel import gettext as _

from crm.domain.words import N_
from crm.kit.pages import words
from crm.policies.telling import LEVEL_LABELS, asked, figure_name, span
from crm.rules.awards import Award, AwardPart

ONCE_LABELS: dict[str, str] = {"lifetime": N_("只给一次"), "year": N_("每年一次")}


def wan(amount: float) -> str:
    """Return an amount of a pack, in 万元."""
    return _("%(amount)s 万元", amount=f"{amount:,.10g}")


def gives(part: AwardPart) -> str:
    """Return what a part gives: a sum, band by band, or a share; then when, and what bounds it."""
    over = _(" 或 ").join(figure_name(metric) for metric in part.over)
    if part.bands is not None:
        steps = "；".join(
            f"{span(part.over[0], band)} → "
            + (f"{round((band.value or 0) * 100, 8):g}%" if part.marginal else wan(band.value or 0))
            for band in part.bands
        )
        text = _("分段累计：%(steps)s", steps=steps) if part.marginal else steps
        text = f"{over}：{text}"
    elif part.rate is not None:
        text = " × ".join([over, f"{round(part.rate * 100, 8):g}%", *(figure_name(metric) for metric in part.times)])
    else:
        text = wan(part.flat or 0)
    bounds = [_("不超过 %(bound)s", bound=wan(part.cap))] if part.cap is not None else []
    bounds += [_("不超过%(bound)s", bound=figure_name(metric)) for metric in part.within]
    bounds += [_("是上限，不是定额")] if part.up_to else []
    when = [f"{figure_name(c.metric)} {asked(c)}" for c in part.when]
    return "；".join([text, *bounds, *([_("条件：%(when)s", when=_("、").join(when))] if when else [])])


def terms(award: Award) -> str:
    """Return what holds for an award as a whole: how its parts go together, what bounds it, what it goes with."""
    found = [_("各项取高") if award.take == "highest" else _("各项相加")]
    found += [_("合计不超过 %(bound)s", bound=wan(award.cap))] if award.cap is not None else []
    found += [_("保底 %(bound)s", bound=wan(award.floor))] if award.floor is not None else []
    found += [words(ONCE_LABELS[award.once])] if award.once else []
    shares = [f"{words(LEVEL_LABELS[level])} {share:.0%}" for level, share in award.shares.items()]
    found += [_("分担：%(shares)s", shares=_("、").join(shares))] if shares else []
    found += [_("可与 %(policies)s 叠加", policies=", ".join(award.stacks_with))] if award.stacks_with else []
    found += [_("与 %(policies)s 从高不重复", policies=", ".join(award.excludes))] if award.excludes else []
    found += [_("是加计扣除额，不是拨款")] if award.gives == "deduction" else []
    return "；".join(found)

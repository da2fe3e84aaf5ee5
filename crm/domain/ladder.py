"""The cultivation ladder: its rungs from the ground up, and which certificate stands for which rung.

The rung of a firm is never stored: it is the highest rung for which a certificate is valid on the day asked about.
"""

from enum import StrEnum

from crm.domain.words import N_


class Rung(StrEnum):
    """Kinds of certificate that are rungs, lowest first; the order of this list is the order of the ladder."""

    TECH_SME = "tech_sme"
    INNOVATIVE_SME = "innovative_sme"
    HIGH_TECH = "high_tech"
    SRDI_SME = "srdi_sme"
    LITTLE_GIANT = "little_giant"
    HIDDEN_CHAMPION = "hidden_champion"
    SINGLE_CHAMPION = "single_champion"
    LEADING = "leading"


RUNGS: tuple[Rung, ...] = tuple(Rung)
RANK: dict[Rung, int] = {rung: rank for rank, rung in enumerate(RUNGS, start=1)}

RUNG_LABELS: dict[Rung, str] = {
    Rung.TECH_SME: N_("科技型中小企业"),
    Rung.INNOVATIVE_SME: N_("创新型中小企业"),
    Rung.HIGH_TECH: N_("高新技术企业"),
    Rung.SRDI_SME: N_("专精特新中小企业"),
    Rung.LITTLE_GIANT: N_("专精特新“小巨人”"),
    Rung.HIDDEN_CHAMPION: N_("隐形冠军"),
    Rung.SINGLE_CHAMPION: N_("制造业单项冠军"),
    Rung.LEADING: N_("龙头企业"),
}

RUNG_SHORT: dict[Rung, str] = {
    Rung.TECH_SME: N_("科小"),
    Rung.INNOVATIVE_SME: N_("创新型"),
    Rung.HIGH_TECH: N_("高企"),
    Rung.SRDI_SME: N_("专精特新"),
    Rung.LITTLE_GIANT: N_("小巨人"),
    Rung.HIDDEN_CHAMPION: N_("隐形冠军"),
    Rung.SINGLE_CHAMPION: N_("单项冠军"),
    Rung.LEADING: N_("龙头"),
}

# The policies that say what a rung asks for. A rung whose policy is not in force is listed but not assessed: what a
# hidden champion and a leading firm are, each city says itself.
POLICY_OF: dict[Rung, str] = {
    Rung.TECH_SME: "tech_sme",
    Rung.INNOVATIVE_SME: "innovative_sme",
    Rung.HIGH_TECH: "hte",
    Rung.SRDI_SME: "srdi_sme",
    Rung.LITTLE_GIANT: "little_giant",
    Rung.HIDDEN_CHAMPION: "hidden_champion",
    Rung.SINGLE_CHAMPION: "single_champion",
    Rung.LEADING: "leading",
}
RUNG_OF: dict[str, Rung] = {policy: rung for rung, policy in POLICY_OF.items()}
# The way up; a step beside it is held on the way and is nobody's aim (2号第三十条 takes it for one of two ways in).
BESIDE = frozenset({Rung.INNOVATIVE_SME})

"""Trades and fields: GB/T 4754-2017 by leading digits, and the eight high-tech fields (32号 annex)."""

from crm.domain.words import N_

# Section letter, its first and last division, its name.
_SECTIONS: tuple[tuple[str, int, int, str], ...] = (
    ("A", 1, 5, N_("农、林、牧、渔业")),
    ("B", 6, 12, N_("采矿业")),
    ("C", 13, 43, N_("制造业")),
    ("D", 44, 46, N_("电力、热力、燃气及水生产和供应业")),
    ("E", 47, 50, N_("建筑业")),
    ("F", 51, 52, N_("批发和零售业")),
    ("G", 53, 60, N_("交通运输、仓储和邮政业")),
    ("H", 61, 62, N_("住宿和餐饮业")),
    ("I", 63, 65, N_("信息传输、软件和信息技术服务业")),
    ("J", 66, 69, N_("金融业")),
    ("K", 70, 70, N_("房地产业")),
    ("L", 71, 72, N_("租赁和商务服务业")),
    ("M", 73, 75, N_("科学研究和技术服务业")),
    ("N", 76, 79, N_("水利、环境和公共设施管理业")),
    ("O", 80, 82, N_("居民服务、修理和其他服务业")),
    ("P", 83, 83, N_("教育")),
    ("Q", 84, 85, N_("卫生和社会工作")),
    ("R", 86, 90, N_("文化、体育和娱乐业")),
    ("S", 91, 96, N_("公共管理、社会保障和社会组织")),
    ("T", 97, 97, N_("国际组织")),
)
SECTIONS: dict[str, str] = {letter: name for letter, _, _, name in _SECTIONS}

# 《国家重点支持的高新技术领域》: the eight fields.
TECH_FIELDS: dict[str, str] = {
    "1": N_("电子信息"),
    "2": N_("生物与新医药"),
    "3": N_("航空航天"),
    "4": N_("新材料"),
    "5": N_("高技术服务"),
    "6": N_("新能源与节能"),
    "7": N_("资源与环境"),
    "8": N_("先进制造与自动化"),
}


def section_of(code: str) -> str | None:
    """Return the section letter of a GB/T 4754 code of two to four digits, or None when there is no such division."""
    if not (code.isdigit() and 2 <= len(code) <= 4):
        return None
    division = int(code[:2])
    return next((letter for letter, first, last, _ in _SECTIONS if first <= division <= last), None)


def divisions_of(section: str) -> list[str]:
    """Return the two-digit divisions of a section, for filters by prefix."""
    return [
        f"{division:02d}"
        for letter, first, last, _ in _SECTIONS
        if letter == section
        for division in range(first, last + 1)
    ]

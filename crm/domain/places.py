"""The districts of Guangzhou (GB/T 2260), and the old codes that still stand in codes and files."""

from crm.domain.words import N_

CITY = "440100"
# Where a firm is that has left the city: known not to be here, which None would not say.
ELSEWHERE = "000000"
DISTRICTS: dict[str, str] = {
    "440103": N_("荔湾区"),
    "440104": N_("越秀区"),
    "440105": N_("海珠区"),
    "440106": N_("天河区"),
    "440111": N_("白云区"),
    "440112": N_("黄埔区"),
    "440113": N_("番禺区"),
    "440114": N_("花都区"),
    "440115": N_("南沙区"),
    "440117": N_("从化区"),
    "440118": N_("增城区"),
}
# Districts that were merged or raised: 东山→越秀, 芳村→荔湾, 萝岗→黄埔, 增城市, 从化市.
_FORMER = {"440102": "440104", "440107": "440103", "440116": "440112", "440183": "440118", "440184": "440117"}
_FORMER_NAMES = {"东山区": "440104", "芳村区": "440103", "萝岗区": "440112", "增城市": "440118", "从化市": "440117"}
_BY_NAME = {name: code for code, name in DISTRICTS.items()} | _FORMER_NAMES


def district_of(text: str) -> str | None:
    """Return the code of the district that ``text`` names (天河, 天河区, 广州市天河区, 440106), or None."""
    plain = text.strip().removeprefix("广东省").removeprefix("广州市").removeprefix("广州").strip()
    if plain in DISTRICTS:
        return plain
    if plain in _FORMER:
        return _FORMER[plain]
    return _BY_NAME.get(plain) or _BY_NAME.get(f"{plain}区")

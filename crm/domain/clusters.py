"""Industrial clusters a firm can belong to: lists change, so each carries the day it began (guangzhou.md §6)."""

from datetime import date

from crm.domain.words import N_

# 广州“12218”现代化产业体系 of January 2025: fifteen strategic clusters.
GUANGZHOU_2025_SINCE = date(2025, 1, 1)
GUANGZHOU_2025: dict[str, str] = {
    "gz25-vehicle": N_("智能网联与新能源汽车"),
    "gz25-display": N_("超高清视频与新型显示"),
    "gz25-bio": N_("生物医药与健康"),
    "gz25-petro": N_("绿色石化与新材料"),
    "gz25-software": N_("软件与互联网"),
    "gz25-robot": N_("智能装备与机器人"),
    "gz25-ai": N_("人工智能"),
    "gz25-chip": N_("半导体与集成电路"),
    "gz25-energy": N_("新能源与新型储能"),
    "gz25-aero": N_("低空经济与航空航天"),
    "gz25-biomake": N_("生物制造"),
    "gz25-fashion": N_("时尚消费品"),
    "gz25-rail": N_("轨道交通"),
    "gz25-ship": N_("船舶与海洋工程"),
    "gz25-build": N_("智能建造与工业化建筑"),
}

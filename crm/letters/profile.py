"""The profile of a firm on two or three pages: what the register knows of it on a day, with its sources."""

import re
from collections import Counter
from datetime import date
from typing import Any

from flask import render_template
from flask_babel import gettext as _

from crm.accounts.models import User
from crm.domain.access import BUREAU_ROLES
from crm.domain.industries import SECTIONS, TECH_FIELDS, section_of
from crm.domain.ladder import RUNG_LABELS
from crm.domain.places import DISTRICTS
from crm.domain.records import CLASS_ONE, FIGURES, IP_LABELS, MONEY_FIGURES, SOURCE_LABELS
from crm.firms import queries as firms
from crm.firms.models import Firm
from crm.kit import charts, clock, pdf
from crm.kit.pages import words
from crm.ladder import service as ladder
from crm.ladder import telling
from crm.letters import queries

SHOWN = (
    "revenue",
    "ht_income",
    "total_assets",
    "net_profit",
    "rd_tax",
    "rd_hte",
    "employees_total",
    "tech_staff",
)
CHARTED = ("revenue", "rd_hte")
MOST_CERTIFICATES = 12
FEN_PER_WAN = 1_000_000


def render(firm: Firm, reader: User, on: date) -> bytes:
    """Return the PDF of one firm as of ``on``, for ``reader``. Raises Refused when it can't be laid out."""
    return pdf.render(html(firm, reader, on), ("kit/tokens.css", "kit/paper.css"))


def html(firm: Firm, reader: User, on: date) -> str:
    """Return the page before it becomes paper; golden tests read it."""
    years = queries.years_of(firm, on)
    head = firms.head(firm, on)
    certificates = [item for item in firms.certifications(firm) if item.issued_on <= on]
    rights = [item for item in firms.intellectual_property(firm) if item.granted_on and item.granted_on <= on]
    rights = [item for item in rights if item.lapsed_on is None or item.lapsed_on > on]
    return render_template(
        "letters/profile.html",
        firm=firm,
        head=head,
        on=on,
        printed_at=clock.now(),
        reader=reader,
        office=reader.role in BUREAU_ROLES,
        certificates=certificates[:MOST_CERTIFICATES],
        more_certificates=max(0, len(certificates) - MOST_CERTIFICATES),
        years=years,
        shown_figures=SHOWN,
        labels=FIGURES,
        money_figures=MONEY_FIGURES,
        sources=SOURCE_LABELS,
        charts={name: _chart(years, name) for name in CHARTED},
        tell=telling,
        gap=ladder.gap(firm, on),
        rights=Counter(item.kind for item in rights),
        ip_labels=IP_LABELS,
        class_one=CLASS_ONE,
        rungs=RUNG_LABELS,
        places=DISTRICTS,
        section=SECTIONS.get(section_of(firm.industry_code or "") or ""),
        fields=TECH_FIELDS,
    )


def _chart(years: list[Any], name: str) -> str:
    said = [year.in_force(name) for year in years]
    values = [item.value / FEN_PER_WAN if item else None for item in said]
    return charts.bars([year.year for year in years], {words(FIGURES[name]): values}, _("没有数据"))


def file_name(firm: Firm) -> str:
    """Return a name that is safe on any system and in any archive: the code, then the name without odd signs."""
    plain = re.sub(r"[^\w\-()（）]", "", firm.name)[:60].strip("._")
    return f"{firm.uscc}_{plain or 'firm'}.pdf"

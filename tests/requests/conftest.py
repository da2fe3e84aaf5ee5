"""A request to begin with."""

from datetime import date
from typing import Any

import pytest

from crm.domain.requests import RequestKind, RequestSource
from crm.kit import clock
from crm.requests.models import Request


@pytest.fixture
def ask(make):
    """Keep a request of a firm, open, due 2026-11-30 unless said otherwise."""

    def keep(firm: Any, owner: Any, **values: Any) -> Request:
        defaults = {
            "kind": RequestKind.FUNDING,
            "source": RequestSource.FORUM,
            "asked_on": date(2026, 11, 2),
            "subject": "贷款贴息",
            "text": "内部记录：企业资金紧张",
            "status": "open",
            "due_on": date(2026, 11, 30),
            "recorded_at": clock.now(),
            "version": 1,
        }
        return make.add(Request(firm_id=firm.id, owner_id=owner.id, recorded_by_id=owner.id, **{**defaults, **values}))

    return keep

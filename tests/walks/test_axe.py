"""Every page can be used by everybody: axe finds nothing serious, on a desk and on a phone."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.walks.conftest import DESK, PHONE

pytestmark = pytest.mark.browser

PAGES = {
    None: ["/sign-in", "/kit", "/invitation/none"],
    "manager": [
        "/", "/firms", "/firms?q=没有这家", "/firms/new", "/firms/1", "/firms/1/file", "/firms/1/edit",
        "/firms/1/figures", "/firms/1/figures/state", "/firms/1/ladder", "/firms/1/visits",
        "/firms/1/papers", "/firms/1/care", "/firms/1/care/assign", "/firms/1/care/move",
        "/firms/1/care/stop", "/firms/groups", "/firms/groups/1", "/firms/handovers", "/firms/handovers/1",
        "/firms/moved-out", "/firms/handovers/new?duty=officer&from=1", "/firms/1/timeline",
        "/firms/1/contacts/new", "/ladder", "/imports", "/imports/new", "/visits", "/visits/silent",
        "/jobs", "/search?q=广州", "/me", "/firms?where=any(park.missing(),tags.missing())",
        "/firms/1/history", "/firms/1/merge", "/firms/1/file?on=2026-01-01", "/firms/1/plans",
        "/firms/1/requests", "/quality/no-field", "/quality/pairs", "/firms/1/facts/niche_market_years",
        "/requests", "/requests/counts", "/plans", "/tasks", "/quality", "/exports", "/bulk",
        "/imports/decisions", "/screening", "/screening/tech_sme", "/awards", "/firms/1/awards", "/firms/1/awards/new",
        "/policies", "/policies/hte", "/policies/gz_high_tech_award", "/policies/tech_sme/what-if", "/trials",
        "/editions/guide",
    ],
    "auditor": ["/", "/audit", "/firms/1/file"],
    "admin": ["/", "/register", "/accounts", "/accounts/new", "/accounts/1", "/editions/new", "/policies"],
    "editor": ["/"],
    "agency": ["/"],
}  # fmt: skip


@pytest.mark.parametrize("username", list(PAGES), ids=str)
@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_no_serious_finding(walk, username: str | None, viewport: dict[str, int]) -> None:
    page: Page = walk(username, viewport)
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    found = []
    for path in PAGES[username]:
        page.goto(path)
        for violation in Axe().run(page).response["violations"]:
            if violation["impact"] in {"serious", "critical"}:
                places = [node["target"] for node in violation["nodes"]][:3]
                found.append(f"{path}: {violation['id']} {places}")
    assert not found, "\n".join(found)

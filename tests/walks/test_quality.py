"""From a count of the quality page to its list, one finding settled with a reason, and seen no more."""

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_a_finding_is_worked_off(walk) -> None:
    page: Page = walk("manager")
    page.goto("/quality")
    page.get_by_role("link", name="半年没有联系", exact=True).click()
    page.wait_for_url("**/quality/*")
    rows = page.locator("tbody tr")
    name = rows.first.locator("th a").inner_text()
    rows.first.locator("summary").click()
    rows.first.get_by_label("为什么不用处理").fill("企业已约定下月走访")
    rows.first.get_by_role("button", name="不再提示").click()
    expect(page.locator("tbody").get_by_role("link", name=name, exact=True)).to_have_count(0)

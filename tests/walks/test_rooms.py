"""A request out of a meeting and its answer, a task done from the desk: at a desk and on a phone."""

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_from_a_meeting_to_an_answer(walk, viewport) -> None:
    page: Page = walk("officer1", viewport)
    page.goto("/visits")
    page.locator("td a.cell-main").first.click()
    page.get_by_role("link", name="转为诉求").first.click()
    subject = f"想了解贴息（{viewport['width']}）"
    page.get_by_label("诉求 *").fill(subject)
    page.get_by_role("button", name="登记").click()
    expect(page.get_by_role("heading", name=subject)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    page.get_by_role("button", name="受理").click()
    expect(page.get_by_role("button", name="受理")).to_have_count(0)
    page.get_by_role("link", name="答复").click()
    page.get_by_label("答复 *").fill("符合条件，三个月内申报")
    page.get_by_role("button", name="答复").click()
    expect(page.get_by_text("符合条件，三个月内申报").first).to_be_visible()
    expect(page.locator(".badge", has_text="已答复").first).to_be_visible()


def test_a_task_is_made_and_done(walk) -> None:
    page: Page = walk("officer1")
    page.goto("/tasks")
    page.get_by_role("link", name="新建待办").click()
    page.get_by_label("要做什么").fill("写本周小结")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="办结：写本周小结").click()
    expect(page.get_by_text("已办结：写本周小结")).to_be_visible()
    page.get_by_role("link", name="看已办结的").click()
    expect(page.get_by_role("link", name="写本周小结")).to_be_visible()

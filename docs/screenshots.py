"""Draw the README's pictures from an invented register: ``make screenshots``."""

import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests import serve
from tests.walks.conftest import CHROMIUM_FLAGS, accounts

DOCS = Path(__file__).parent


def main() -> None:
    """Serve a demo, sign in as the manager, take two pictures."""
    folder = Path(tempfile.mkdtemp(prefix="qiti-pictures-"))
    environment = serve.settings(folder, f"sqlite:///{folder / 'crm.sqlite'}")
    serve.flask(environment, "db", "upgrade")
    password = accounts(serve.flask(environment, "demo", "--firms", "300"))["manager"]
    with serve.serving(environment, worker=False) as served, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM_FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 900}, locale="zh-CN", base_url=served.url)
        page.goto("/sign-in")
        page.get_by_label("用户名").fill("manager")
        page.get_by_label("密码").fill(password)
        page.get_by_role("button", name="登录").click()
        page.goto("/ladder")
        page.screenshot(path=DOCS / "ladder.png")
        page.goto("/firms?rung=tech_sme")
        page.locator("tbody th a").first.click()
        page.get_by_role("link", name="资质与梯度").click()
        page.screenshot(path=DOCS / "gap.png")
        browser.close()


if __name__ == "__main__":
    main()

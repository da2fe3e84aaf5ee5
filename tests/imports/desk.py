"""Lists for tests: a workbook out of rows, and somebody who brings it in while the worker does its jobs."""

import io
from typing import Any

import xlsxwriter
from flask import Flask
from sqlalchemy import func, select

from crm.accounts.models import User
from crm.domain.lists import Answer
from crm.firms import derived
from crm.imports import answers, service, work  # noqa: F401 - registers the jobs
from crm.imports.models import Import, ImportRow
from crm.kit import jobs
from crm.kit.db import db, transaction
from tests.digest import digest

HEADINGS = ["统一社会信用代码", "企业名称", "注册区", "成立日期", "年度", "营业收入（万元）", "职工总数"]


def book(*rows: list[Any], headings: list[str] = HEADINGS, above: list[list[Any]] = []) -> bytes:  # noqa: B006
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer)
    sheet = workbook.add_worksheet("名单")
    for number, row in enumerate([*above, headings, *rows]):
        sheet.write_row(number, 0, row)
    workbook.close()
    return buffer.getvalue()


class Desk:
    """Brings lists in as one officer and lets the worker do its jobs."""

    def __init__(self, app: Flask, user: User) -> None:
        self.app, self.user = app, user

    def check(self, content: bytes, name: str = "名单.xlsx") -> Import:
        with self.app.app_context():
            with transaction():
                item = service.create(db.session.get(User, self.user.id), name, content)
                item_id = item.id
            jobs.run_next()
            return self.load(item_id)

    def apply(self, item: Import, *, whole: bool = False) -> Import:
        with self.app.app_context():
            with transaction():
                service.apply(db.session.get(Import, item.id), db.session.get(User, self.user.id), whole=whole)
            jobs.run_next()
            return self.load(item.id)

    def undo(self, item: Import) -> Import:
        with self.app.app_context():
            with transaction():
                service.undo(db.session.get(Import, item.id), db.session.get(User, self.user.id))
            jobs.run_next()
            return self.load(item.id)

    def answer(self, item: Import, said: dict[int, tuple[Answer, int | None]]) -> Import:
        """Answer rows {number: (answer, firm id)} and look at the list again."""
        with self.app.app_context():
            with transaction():
                fresh, user = db.session.get(Import, item.id), db.session.get(User, self.user.id)
                answers.answer(fresh, user, said, {})
            jobs.run_next()
            return self.load(item.id)

    def digest(self) -> str:
        """Return one figure for all that the register says, when all that can be worked out has been, as each night."""
        with self.app.app_context():
            with transaction():
                derived.refresh()
            return digest()

    def load(self, item_id: int) -> Import:
        item = db.session.get(Import, item_id)
        db.session.refresh(item)
        db.session.expunge(item)
        return item

    def rows(self, item: Import) -> list[ImportRow]:
        with self.app.app_context():
            query = select(ImportRow).where(ImportRow.import_id == item.id).order_by(ImportRow.number)
            rows = list(db.session.scalars(query))
            db.session.expunge_all()
            return rows

    def count(self, table: type) -> int:
        with self.app.app_context():
            return db.session.scalar(select(func.count()).select_from(table))

"""Closed lists of what goes out: what a row of an exported list is about, and as which kind of file."""

from enum import StrEnum

from crm.domain.words import N_

SHORTEST_REASON = 4
LONGEST_REASON = 200


class RowKind(StrEnum):
    """What a row is about: a firm, or one record of a firm; a firm without such a record has no row."""

    FIRM = "firm"
    CERTIFICATE = "certificate"
    EXPIRING = "expiring"
    YEAR = "year"
    CONTACT = "contact"
    AWARD = "award"


ROW_LABELS: dict[RowKind, str] = {
    RowKind.FIRM: N_("每行一家企业"),
    RowKind.CERTIFICATE: N_("每行一项资质"),
    RowKind.EXPIRING: N_("每行一项一年内到期的资质"),
    RowKind.YEAR: N_("每行一家企业一个年度"),
    RowKind.CONTACT: N_("每行一个联系人"),
    RowKind.AWARD: N_("每行一笔获得的奖补"),
}


class FileFormat(StrEnum):
    """Kinds of file; the two texts differ in encoding."""

    XLSX = "xlsx"
    CSV_UTF8 = "csv_utf8"
    CSV_GB18030 = "csv_gb18030"


FORMAT_LABELS: dict[FileFormat, str] = {
    FileFormat.XLSX: N_("Excel 工作簿（.xlsx）"),
    FileFormat.CSV_UTF8: N_("文本表格（.csv，UTF-8）"),
    FileFormat.CSV_GB18030: N_("文本表格（.csv，GB18030，供旧系统）"),
}

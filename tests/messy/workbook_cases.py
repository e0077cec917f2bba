"""Workbooks that mean a table less plainly than they should: merged cells, hidden sheets, formulas, dates, bombs."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import xlsxwriter

from tests.messy.case import HEADER, SURVEY, Case, Rows

ODS_MIME = "application/vnd.oasis.opendocument.spreadsheet"
NAMES = "urn:oasis:names:tc:opendocument:xmlns:"
MANIFEST = f'<manifest:manifest xmlns:manifest="{NAMES}manifest:1.0"/>'


def cases() -> list[Case]:
    """Give every workbook."""
    return [*_xlsx(), *_ods()]


def _book(fill: Callable[[Any], None]) -> bytes:
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True})
    fill(book)
    book.close()
    return written.getvalue()


def _put(sheet: Any, rows: Rows, top: int = 0, left: int = 0) -> None:
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            sheet.write_string(top + number, left + place, cell)


def _case(
    name: str, kind: str, fill: Callable[[Any], None], rows: Rows | None = SURVEY, columns: tuple[str, ...] = HEADER
) -> Case:
    return Case(f"xlsx_{name}", kind, ".xlsx", _book(fill), columns, rows)


def _last(value: str) -> list[tuple[str, str, str]]:
    return [(a, b, value) for a, b, _ in SURVEY]


def _xlsx() -> Iterator[Case]:
    table = [HEADER, *SURVEY]

    def plain(book: Any) -> None:
        _put(book.add_worksheet("A"), table)

    yield _case("plain", "workbook", plain)

    def shifted(book: Any) -> None:
        _put(book.add_worksheet("A"), table, 3, 2)

    yield _case("starts_elsewhere", "workbook", shifted)

    def titled(book: Any) -> None:
        sheet = book.add_worksheet("A")
        sheet.write_string(0, 0, "Enquête 2016")
        _put(sheet, table, 2)

    yield _case("title", "preamble", titled)

    def titled_merged(book: Any) -> None:
        sheet = book.add_worksheet("A")
        sheet.merge_range(0, 0, 0, 2, "Enquête 2016")
        _put(sheet, table, 1)

    yield _case("title_merged", "preamble", titled_merged)

    def merged_header(book: Any) -> None:
        sheet = book.add_worksheet("A")
        sheet.merge_range(0, 0, 0, 1, "Service")
        sheet.write_string(0, 2, "Commune")
        _put(sheet, table, 1)

    yield _case("header_merged_over_two_columns", "header", merged_header)

    def merged_cells(book: Any) -> None:
        sheet = book.add_worksheet("A")
        _put(sheet, table)
        sheet.merge_range(1, 2, 3, 2, "01004")

    yield _case("cells_merged_down", "cells", merged_cells)

    def hidden_first(book: Any) -> None:
        hidden, shown = book.add_worksheet("cachée"), book.add_worksheet("A")
        _put(hidden, [("id", "description", "code_commune"), ("0", "brouillon", "00000")])
        _put(shown, table)
        shown.activate()
        shown.set_first_sheet()
        hidden.hide()

    yield _case("first_sheet_hidden", "sheets", hidden_first)

    def very_hidden_first(book: Any) -> None:
        hidden, shown = book.add_worksheet("cachée"), book.add_worksheet("A")
        _put(hidden, [("id", "description", "code_commune"), ("0", "brouillon", "00000")])
        _put(shown, table)
        shown.activate()
        hidden.very_hidden()

    yield _case("first_sheet_very_hidden", "sheets", very_hidden_first)

    def empty_first(book: Any) -> None:
        book.add_worksheet("vide")
        _put(book.add_worksheet("A"), table)

    yield _case("first_sheet_empty", "sheets", empty_first)

    def readme_first(book: Any) -> None:
        book.add_worksheet("Lisez-moi").write_string(0, 0, "Ce classeur décrit les services.")
        _put(book.add_worksheet("A"), table)

    yield _case("first_sheet_is_a_note", "sheets", readme_first)

    def chart_first(book: Any) -> None:
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=A!$A$1:$A$3"})
        book.add_chartsheet("graphique").set_chart(chart)
        _put(book.add_worksheet("A"), table)

    yield _case("first_sheet_is_a_chart", "sheets", chart_first)

    def hidden_rows(book: Any) -> None:
        sheet = book.add_worksheet("A")
        _put(sheet, table)
        sheet.set_row(3, options={"hidden": True})
        sheet.set_column(2, 2, options={"hidden": True})

    yield _case("rows_and_column_hidden", "sheets", hidden_rows)

    def dates(book: Any) -> None:
        sheet = book.add_worksheet("A")
        _put(sheet, table)
        style = book.add_format({"num_format": "dd/mm/yyyy"})
        for row in range(1, 13):
            sheet.write_datetime(row, 2, datetime.datetime(2016, 2, 19), style)

    yield _case("dates", "numbers", dates, _last("2016-02-19"))

    def times(book: Any) -> None:
        sheet = book.add_worksheet("A")
        _put(sheet, table)
        style = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        for row in range(1, 13):
            sheet.write_datetime(row, 2, datetime.datetime(2016, 2, 19, 8, 30), style)

    yield _case("times", "numbers", times, _last("2016-02-19 08:30:00"))
    for name, value, text in (
        ("whole", 1004, "1004"),
        ("decimal", 3.5, "3.5"),
        ("large", 1_234_567_890_123, "1234567890123"),
        ("negative", -7, "-7"),
        ("serial", 42419, "42419"),
        ("tenth", 0.1, "0.1"),
    ):

        def numbers(book: Any, value: float = value) -> None:
            sheet = book.add_worksheet("A")
            _put(sheet, table)
            for row in range(1, 13):
                sheet.write_number(row, 2, value)

        yield _case(f"numbers_{name}", "numbers", numbers, _last(text))

    def mixed(book: Any) -> None:
        sheet = book.add_worksheet("A")
        _put(sheet, table)
        sheet.write_number(1, 2, 1004)
        sheet.write_boolean(2, 2, True)

    yield _case(
        "numbers_among_texts", "numbers", mixed, [(*SURVEY[0][:2], "1004"), (*SURVEY[1][:2], "true"), *SURVEY[2:]]
    )

    def formulas(book: Any) -> None:
        sheet = book.add_worksheet("A")
        _put(sheet, table)
        for row in range(1, 13):
            sheet.write_formula(row, 2, f'="0"&{row}', None, f"0{row}")

    yield _case("formulas_computed", "formulas", formulas, [(a, b, f"0{a}") for a, b, _ in SURVEY])

    def uncomputed(book: Any) -> None:
        sheet = book.add_worksheet("A")
        _put(sheet, table)
        for row in range(1, 13):
            sheet.write_formula(row, 2, f'="0"&{row}', None, "")

    yield _case("formulas_never_computed", "formulas", uncomputed, [(a, b, f"0{a}") for a, b, _ in SURVEY])

    def one_uncomputed(book: Any) -> None:
        sheet = book.add_worksheet("A")
        _put(sheet, table)
        sheet.write_formula(5, 2, "=A1", None, "")

    yield _case(
        "one_formula_never_computed", "formulas", one_uncomputed, [*SURVEY[:4], (*SURVEY[4][:2], "id"), *SURVEY[5:]]
    )

    def errors(book: Any) -> None:
        sheet = book.add_worksheet("A")
        _put(sheet, table)
        sheet.write_formula(5, 2, "=1/0", None, "#DIV/0!")
        sheet.write_formula(6, 2, "=NA()", None, "#N/A")

    yield _case(
        "cells_in_error",
        "formulas",
        errors,
        [*SURVEY[:4], (*SURVEY[4][:2], "#DIV/0!"), (*SURVEY[5][:2], "#N/A"), *SURVEY[6:]],
    )

    def duplicated(book: Any) -> None:
        _put(book.add_worksheet("A"), [("id", "description", "description"), *SURVEY])

    yield _case("header_duplicate", "header", duplicated, columns=("id", "description", "description_2"))

    def footer(book: Any) -> None:
        _put(book.add_worksheet("A"), [*table, ("Total", "12", ""), ("Source : enquête", "", "")])

    yield _case("footer", "footer", footer)

    def gap(book: Any) -> None:
        sheet = book.add_worksheet("A")
        _put(sheet, table)
        _put(sheet, [("commune", "population", "region"), ("Bourg", "12000", "Rhône")], 16)

    yield _case("second_table_below", "several tables", gap)

    def rich(book: Any) -> None:
        sheet = book.add_worksheet("A")
        _put(sheet, table)
        sheet.write_rich_string(1, 1, book.add_format({"bold": True}), "wifi", " gratuit sur la place du marché")

    yield _case("rich_text", "cells", rich)

    def lines(book: Any) -> None:
        sheet = book.add_worksheet("A")
        _put(sheet, [HEADER, ("1", "deux\nlignes", "01004")])

    yield _case("lines_in_a_cell", "cells", lines, [("1", "deux\nlignes", "01004")])
    good = _book(plain)
    yield Case("xlsx_named_csv", "workbook", ".csv", good)
    yield Case("xlsx_truncated", "damaged", ".xlsx", good[: len(good) // 2], rows=None)
    yield Case("xlsx_entities", "hostile", ".xlsx", repacked(good, "xl/sharedStrings.xml", _entities), rows=None)
    yield Case("xlsx_far_cell", "hostile", ".xlsx", repacked(good, "xl/worksheets/sheet1.xml", _far), rows=None)
    yield Case("xlsx_bomb", "hostile", ".xlsx", padded(good, "xl/worksheets/sheet1.xml", 300), rows=None)
    yield Case("xlsx_lying_size", "hostile", ".xlsx", lying(good, "xl/worksheets/sheet1.xml"), rows=None)


def _entities(text: bytes) -> bytes:
    declared = b'<!DOCTYPE sst [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY x SYSTEM "file:///etc/passwd">]>'
    head, rest = text.split(b"?>", 1)
    return head + b"?>" + declared + rest.replace(b"wifi gratuit", b"&b;&x;")


def _far(text: bytes) -> bytes:
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    return text.replace(b"</sheetData>", far)


def repacked(archive: bytes, member: str, change: Callable[[bytes], bytes]) -> bytes:
    """Give the archive with one member changed."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name == member else content)
    return packed.getvalue()


def padded(archive: bytes, member: str, megabytes: int) -> bytes:
    """Give the archive with so many megabytes of blanks after one member."""
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as old,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
    ):
        for name in old.namelist():
            with new.open(name, "w") as written:
                written.write(old.read(name))
                for _ in range(megabytes if name == member else 0):
                    written.write(b" " * 1_000_000)
    return packed.getvalue()


def lying(archive: bytes, member: str) -> bytes:
    """Give the archive with a member that declares 100 bytes and unpacks to many more."""
    packed = padded(archive, member, 120)
    with zipfile.ZipFile(io.BytesIO(packed)) as opened:
        true = opened.getinfo(member).file_size
    return packed.replace(true.to_bytes(4, "little"), (100).to_bytes(4, "little"))


def _document(rows: str, before: str = "", names: str = "") -> bytes:
    packed = io.BytesIO()
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}'
        f'<office:document-content xmlns:office="{NAMES}office:1.0" xmlns:table="{NAMES}table:1.0" '
        f'xmlns:style="{NAMES}style:1.0" xmlns:text="{NAMES}text:1.0" office:version="1.3">{names}'
        f"<office:body><office:spreadsheet>{rows}</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", ODS_MIME, zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", MANIFEST)
        archive.writestr("content.xml", content)
    return packed.getvalue()


def _cell(text: str, more: str = "") -> str:
    return f'<table:table-cell office:value-type="string"{more}><text:p>{text}</text:p></table:table-cell>'


def _row(cells: tuple[str, ...], more: str = "") -> str:
    return f"<table:table-row{more}>{''.join(map(_cell, cells))}</table:table-row>"


def _sheet(rows: str, name: str = "A", more: str = "") -> str:
    return f'<table:table table:name="{name}"{more}>{rows}</table:table>'


def _ods() -> Iterator[Case]:
    table = "".join(map(_row, (HEADER, *SURVEY)))

    def case(name: str, kind: str, content: bytes, rows: Rows | None = SURVEY) -> Case:
        return Case(f"ods_{name}", kind, ".ods", content, rows=rows)

    yield case("plain", "workbook", _document(_sheet(table)))
    tail = '<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    yield case("empty_rows_repeated", "workbook", _document(_sheet(table + tail)))
    bomb = f'<table:table-row table:number-rows-repeated="1048000">{_cell("x", " table:number-columns-repeated=" + chr(34) + "16384" + chr(34))}</table:table-row>'
    yield case("full_rows_repeated", "hostile", _document(_sheet(table + bomb)), None)
    twice = "".join(map(_row, (HEADER, *SURVEY[:4]))) + _row(SURVEY[4], ' table:number-rows-repeated="2"')
    yield case("row_repeated", "workbook", _document(_sheet(twice)), [*SURVEY[:5], SURVEY[4]])
    merged = f'<table:table-row>{_cell("Enquête 2016", " table:number-columns-spanned=" + chr(34) + "3" + chr(34))}<table:covered-table-cell table:number-columns-repeated="2"/></table:table-row>'
    yield case("title_merged", "preamble", _document(_sheet(merged + table)))
    hidden = '<office:automatic-styles><style:style style:name="h" style:family="table"><style:table-properties table:display="false"/></style:style></office:automatic-styles>'
    draft = _sheet(_row(HEADER) + _row(("0", "brouillon", "00000")), "cachée", ' table:style-name="h"')
    yield case("first_sheet_hidden", "sheets", _document(draft + _sheet(table), names=hidden))
    date = '<table:table-cell office:value-type="date" office:date-value="2016-02-19"><text:p>19/02/2016</text:p></table:table-cell>'
    dated = "".join(f"<table:table-row>{_cell(a)}{_cell(b)}{date}</table:table-row>" for a, b, _ in SURVEY)
    yield case("dates", "numbers", _document(_sheet(_row(HEADER) + dated)), _last("2016-02-19"))
    number = (
        '<table:table-cell office:value-type="float" office:value="1004"><text:p>1 004,00</text:p></table:table-cell>'
    )
    numbered = "".join(f"<table:table-row>{_cell(a)}{_cell(b)}{number}</table:table-row>" for a, b, _ in SURVEY)
    yield case("numbers", "numbers", _document(_sheet(_row(HEADER) + numbered)), _last("1004"))
    formula = '<table:table-cell table:formula="of:=1+1"/>'
    uncomputed = "".join(f"<table:table-row>{_cell(a)}{_cell(b)}{formula}</table:table-row>" for a, b, _ in SURVEY)
    yield case("formulas_never_computed", "formulas", _document(_sheet(_row(HEADER) + uncomputed)), _last("2"))
    note = table.replace(
        "<text:p>wifi", "<office:annotation><text:p>à vérifier</text:p></office:annotation><text:p>wifi"
    )
    yield case("comment_in_a_cell", "cells", _document(_sheet(note)))
    styled = table.replace("wifi gratuit", "<text:span>wifi</text:span> gratuit")
    yield case("styled_text", "cells", _document(_sheet(styled)))
    paragraphs = table.replace("wifi gratuit", "wifi</text:p><text:p>gratuit")
    yield case(
        "two_paragraphs",
        "cells",
        _document(_sheet(paragraphs)),
        [("1", "wifi\ngratuit sur la place du marché", "01004"), *SURVEY[1:]],
    )
    entity = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY x SYSTEM "file:///etc/passwd">]>'
    yield case("entities", "hostile", _document(_sheet(table.replace("wifi gratuit", "&a;&x;")), entity), None)
    grouped = f"<table:table-header-rows>{_row(HEADER)}</table:table-header-rows><table:table-row-group>{''.join(map(_row, SURVEY))}</table:table-row-group>"
    yield case("rows_in_groups", "workbook", _document(_sheet(grouped)))
    good = _document(_sheet(table))
    yield case("truncated", "damaged", good[: len(good) // 2], None)
    yield case("bomb", "hostile", padded(good, "content.xml", 300), None)

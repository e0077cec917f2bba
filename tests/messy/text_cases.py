"""Delimited text, polluted in the ways of the Pollock benchmark (Vitagliano et al., PVLDB 2023) and a few French ones."""

from __future__ import annotations

import codecs
import csv
import gzip
from collections.abc import Iterator

from tests.messy.case import HEADER, SURVEY, Case, Rows, delimited

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
STRANGE = {"caret": "^", "tilde": "~", "colon": ":", "hash": "#", "unit": "\x1f", "space": " ", "section": "§"}
PLAIN = delimited()
LINES = PLAIN.decode().splitlines(keepends=True)


def cases() -> list[Case]:
    """Give every polluted text file."""
    found: list[Case] = []
    for make in (
        _separators,
        _quoting,
        _encodings,
        _ends,
        _ragged,
        _headers,
        _around,
        _several,
        _bytes,
        _cells,
        _lines,
    ):
        found += make()
    return found


def _altered(row: int, column: int, value: str) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [*SURVEY]
    cells = list(rows[row])
    cells[column] = value
    rows[row] = tuple(cells)
    return rows


def _text(name: str, kind: str, content: bytes | str, rows: Rows | None = SURVEY, **more: object) -> Case:
    written = content.encode() if isinstance(content, str) else content
    return Case(name, kind, str(more.get("suffix", ".csv")), written, tuple(more.get("columns", HEADER)), rows)  # type: ignore[arg-type]


def _separators() -> Iterator[Case]:
    for name, separator in SEPARATORS.items():
        yield _text(f"separator_{name}", "separator", delimited(separator=separator))
        for ending_name, ending in (("crlf", "\r\n"), ("cr", "\r")):
            yield _text(f"separator_{name}_{ending_name}", "separator", delimited(separator=separator, ending=ending))
        inside = _altered(3, 1, f"tablettes{separator} tableau")
        yield _text(f"separator_{name}_in_cell", "separator", delimited(inside, separator=separator), inside)
        others = _altered(3, 1, ", ; | tout \t à la fois")
        yield _text(f"separator_{name}_others_in_cells", "separator", delimited(others, separator=separator), others)
        declared = f"sep={separator}\n".encode() + delimited(separator=separator)
        yield _text(f"separator_{name}_declared", "separator", declared)
    for name, separator in STRANGE.items():
        yield _text(f"separator_strange_{name}", "separator", delimited(separator=separator))
    for name, separator in (
        ("double_bar", "||"),
        ("double_semicolon", ";;"),
        ("bar_spaces", " | "),
        ("comma_space", ", "),
    ):
        text = "".join(separator.join(row) + "\n" for row in (HEADER, *SURVEY))
        yield _text(f"separator_{name}", "separator", text)
    mixed = delimited(SURVEY[:6]) + delimited(SURVEY[6:], None, separator=";")
    yield _text("separator_changes_in_the_middle", "separator", mixed)
    yield _text("separator_wrong_suffix", "separator", delimited(separator=";"), suffix=".tsv")
    yield _text(
        "separator_other_on_one_row", "separator", "".join([*LINES[:4], LINES[4].replace(",", ";"), *LINES[5:]])
    )
    yield _text("separator_header_only_differs", "separator", LINES[0].replace(",", ";") + "".join(LINES[1:]))


def _quoting() -> Iterator[Case]:
    for name, separator in SEPARATORS.items():
        for style, quoting in (("all", csv.QUOTE_ALL), ("text", csv.QUOTE_NONNUMERIC)):
            yield _text(f"quoting_{style}_{name}", "quoting", delimited(separator=separator, quoting=quoting))
        yield _text(
            f"quoting_apostrophes_{name}", "quoting", delimited(separator=separator, quoting=csv.QUOTE_ALL, quote="'")
        )
    doubled = _altered(4, 1, 'panneau "lumineux" du bourg')
    yield _text("quoting_doubled", "quoting", delimited(doubled), doubled)
    yield _text(
        "quoting_bare_inside",
        "quoting",
        delimited().replace(b"panneau lumineux", b'panneau "lumineux"'),
        _altered(4, 1, 'panneau "lumineux" d\'information'),
    )
    yield _text("quoting_backslash", "quoting", delimited(doubled).replace(b'""', b'\\"'), doubled)
    yield _text(
        "quoting_backslash_separator",
        "quoting",
        delimited().replace(b"panneau lumineux", b"panneau\\, lumineux"),
        _altered(4, 1, "panneau, lumineux d'information"),
    )
    yield _text("quoting_left_open", "quoting", PLAIN.replace(b"5,panneau", b'5,"panneau'))
    yield _text("quoting_left_open_at_the_end", "quoting", PLAIN.replace(b"12,logiciel", b'12,"logiciel'))
    yield _text("quoting_left_open_first_row", "quoting", PLAIN.replace(b"1,wifi", b'1,"wifi', 1))
    yield _text(
        "quoting_left_open_in_header",
        "quoting",
        b'id,"description,code_commune\n' + b"".join(line.encode() for line in LINES[1:]),
    )
    swallowed = PLAIN.replace(b"3,catalogue", b'3,"catalogue').replace(
        b"9,vid\xc3\xa9oprotection de la mairie", b'9,vid\xc3\xa9oprotection de la mairie"'
    )
    yield _text("quoting_open_swallows_rows", "quoting", swallowed)
    yield _text(
        "quoting_never_doubled", "quoting", delimited(doubled, quoting=csv.QUOTE_ALL).replace(b'""', b'"'), doubled
    )
    yield _text(
        "quoting_space_before",
        "quoting",
        PLAIN.replace(b"5,panneau lumineux d'information,", b'5, "panneau lumineux d\'information",'),
        _altered(4, 1, "panneau lumineux d'information"),
    )
    yield _text(
        "quoting_space_after",
        "quoting",
        PLAIN.replace(b"5,panneau lumineux d'information,", b'5,"panneau lumineux d\'information" ,'),
        _altered(4, 1, "panneau lumineux d'information"),
    )
    yield _text("quoting_whole_lines", "quoting", "".join(f'"{line.rstrip()}"\n' for line in LINES))
    yield _text(
        "quoting_whole_lines_semicolon",
        "quoting",
        "".join('"' + line.rstrip().replace(",", ";") + '"\n' for line in LINES),
    )
    yield _text(
        "quoting_whole_lines_but_header", "quoting", LINES[0] + "".join(f'"{line.rstrip()}"\n' for line in LINES[1:])
    )
    yield _text(
        "quoting_curly", "quoting", "".join(",".join(f"“{cell}”" for cell in row) + "\n" for row in (HEADER, *SURVEY))
    )
    yield _text(
        "quoting_guillemets",
        "quoting",
        "".join(",".join(f"« {cell} »" for cell in row) + "\n" for row in (HEADER, *SURVEY)),
    )
    body = "".join(f"{a},'{b}',{c}\n" for a, b, c in SURVEY)
    yield _text("quoting_apostrophes_but_header", "quoting", LINES[0] + body)
    lines = _altered(2, 1, "catalogue\nde la médiathèque\r\nen ligne")
    yield _text("quoting_lines_in_a_cell", "quoting", delimited(lines), lines)
    yield _text(
        "quoting_empty_cells", "quoting", delimited(_altered(2, 1, ""), quoting=csv.QUOTE_ALL), _altered(2, 1, "")
    )
    yield _text(
        "quoting_blanks_kept",
        "quoting",
        delimited(_altered(2, 1, "  catalogue  "), quoting=csv.QUOTE_ALL),
        _altered(2, 1, "  catalogue  "),
    )


def _encodings() -> Iterator[Case]:
    euro = _altered(8, 1, "cœur numérique à 500 €")
    for name in (
        "utf-8",
        "utf-8-sig",
        "cp1252",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "utf-32",
        "iso8859-15",
        "mac-roman",
        "cp850",
        "cp437",
        "utf-7",
    ):
        yield _text(f"encoding_{name}", "encoding", delimited(euro, encoding=name, errors="replace"), euro)
        yield _text(f"encoding_{name}_semicolon", "encoding", delimited(separator=";", encoding=name))
    twice = [tuple(cell.encode().decode("cp1252", "replace") for cell in row) for row in SURVEY]
    yield _text("encoding_twice", "encoding", delimited(twice), twice)
    yield _text(
        "encoding_one_row_cp1252",
        "encoding",
        delimited(SURVEY[:6]) + delimited(SURVEY[6:7], None, encoding="cp1252") + delimited(SURVEY[7:], None),
    )
    yield _text(
        "encoding_half_cp1252", "encoding", delimited(SURVEY[:6]) + delimited(SURVEY[6:], None, encoding="cp1252")
    )
    yield _text(
        "encoding_one_row_utf8",
        "encoding",
        delimited(SURVEY[:6], encoding="cp1252")
        + delimited(SURVEY[6:7], None)
        + delimited(SURVEY[7:], None, encoding="cp1252"),
    )
    apostrophe = _altered(6, 1, "billetterie de l’opéra")
    mixed = delimited(encoding="cp1252").replace(b"billetterie du th\xe9\xe2tre", "billetterie de l’opera".encode())
    yield _text("encoding_only_an_apostrophe_utf8", "encoding", mixed, _altered(6, 1, "billetterie de l’opera"))
    yield _text(
        "encoding_invalid_byte", "encoding", delimited(apostrophe).replace("é".encode(), b"\xff", 1), apostrophe
    )
    yield _text(
        "encoding_truncated_character", "encoding", delimited(_altered(11, 2, "été"))[:-2], _altered(11, 2, "été")
    )
    yield _text("encoding_bom_twice", "encoding", codecs.BOM_UTF8 * 2 + PLAIN)
    yield _text(
        "encoding_bom_in_the_middle",
        "encoding",
        codecs.BOM_UTF8 + delimited(SURVEY[:6]) + codecs.BOM_UTF8 + delimited(SURVEY[6:], None),
    )
    yield _text("encoding_bom_and_cp1252", "encoding", codecs.BOM_UTF8 + delimited(encoding="cp1252"))
    yield _text(
        "encoding_decomposed_accents",
        "encoding",
        delimited(_altered(0, 1, "marche\u0301")),
        _altered(0, 1, "marche\u0301"),
    )
    yield _text(
        "encoding_late_accent",
        "encoding",
        delimited([(str(n), "wifi", "01004") for n in range(40_000)]) + b"x,caf\xe9,01004\n",
        [*((str(n), "wifi", "01004") for n in range(40_000)), ("x", "café", "01004")],
    )
    late = [(str(n), "médiathèque", "01004") for n in range(40_000)]
    yield _text(
        "encoding_late_cp1252_in_utf8",
        "encoding",
        delimited(late) + b"x,caf\xe9,01004\n",
        [*late, ("x", "café", "01004")],
    )


def _ends() -> Iterator[Case]:
    for name, ending in (
        ("crlf", "\r\n"),
        ("cr", "\r"),
        ("crcrlf", "\r\r\n"),
        ("lfcr", "\n\r"),
        ("lflf", "\n\n"),
        ("record_separator", "\x1e"),
        ("nel", "\x85"),
        ("line_separator", "\u2028"),
    ):
        yield _text(f"end_{name}", "line end", delimited(ending=ending))
        yield _text(f"end_{name}_all_quoted", "line end", delimited(ending=ending, quoting=csv.QUOTE_ALL))
    yield _text("end_missing_at_the_end", "line end", PLAIN.rstrip(b"\n"))
    yield _text(
        "end_mixed_lf_crlf",
        "line end",
        "".join(line.rstrip("\n") + ("\r\n" if number % 2 else "\n") for number, line in enumerate(LINES)),
    )
    yield _text(
        "end_mixed_cr_lf",
        "line end",
        "".join(line.rstrip("\n") + ("\r" if number % 3 == 2 else "\n") for number, line in enumerate(LINES)),
    )
    yield _text("end_header_cr_rows_lf", "line end", LINES[0].rstrip("\n") + "\r" + "".join(LINES[1:]))
    yield _text(
        "end_header_crlf_rows_cr", "line end", LINES[0].rstrip("\n") + "\r\n" + "".join(LINES[1:]).replace("\n", "\r")
    )
    yield _text(
        "end_cr_in_a_cell",
        "line end",
        delimited(_altered(2, 1, "catalogue\rmédiathèque")),
        _altered(2, 1, "catalogue\rmédiathèque"),
    )
    for name, mark in (("nel", "\x85"), ("line_separator", "\u2028"), ("form_feed", "\f"), ("vertical_tab", "\v")):
        rows = _altered(2, 1, f"catalogue{mark}médiathèque")
        yield _text(f"end_{name}_in_a_cell", "line end", delimited(rows), rows)


def _ragged() -> Iterator[Case]:
    for where, row in (("first", 1), ("middle", 6), ("last", 12)):
        short = [*LINES]
        short[row] = short[row].rsplit(",", 1)[0] + "\n"
        expected = _altered(row - 1, 2, "")
        yield _text(f"ragged_short_{where}", "ragged", "".join(short), expected)
        extra = [*LINES]
        extra[row] = extra[row].rstrip("\n") + ",en trop\n"
        yield _text(f"ragged_long_{where}", "ragged", "".join(extra))
        split = [*LINES]
        split[row] = split[row].replace(" ", ", ", 1)
        yield _text(
            f"ragged_bare_separator_{where}",
            "ragged",
            "".join(split),
            _altered(row - 1, 1, SURVEY[row - 1][1].replace(" ", ", ", 1)),
        )
    yield _text(
        "ragged_trailing_separators", "ragged", LINES[0] + "".join(line.rstrip("\n") + ",\n" for line in LINES[1:])
    )
    yield _text("ragged_trailing_separators_everywhere", "ragged", "".join(line.rstrip("\n") + ",\n" for line in LINES))
    yield _text("ragged_leading_separators", "ragged", "".join("," + line for line in LINES))
    yield _text("ragged_leading_separators_but_header", "ragged", LINES[0] + "".join("," + line for line in LINES[1:]))
    yield _text("ragged_index_without_name", "ragged", LINES[0].split(",", 1)[1] + "".join(LINES[1:]))
    yield _text(
        "ragged_all_rows_short",
        "ragged",
        LINES[0] + "".join(line.rsplit(",", 1)[0] + "\n" for line in LINES[1:]),
        [(*row[:2], "") for row in SURVEY],
    )
    yield _text("ragged_thousand_cells", "ragged", "".join([*LINES[:6], "x," * 1000 + "\n", *LINES[6:]]))
    yield _text(
        "ragged_row_of_separators",
        "ragged",
        "".join([*LINES[:6], ",,\n", *LINES[6:]]),
        [*SURVEY[:5], ("", "", ""), *SURVEY[5:]],
    )


def _headers() -> Iterator[Case]:
    body = "".join(LINES[1:])
    yield _text("header_missing", "header", body)
    yield _text(
        "header_duplicate",
        "header",
        "id,description,description\n" + body,
        columns=("id", "description", "description_2"),
    )
    yield _text(
        "header_duplicate_numbered",
        "header",
        "description_2,description,description\n" + body,
        columns=("description_2", "description", "description_3"),
    )
    yield _text("header_unnamed", "header", "id,description,\n" + body, columns=("id", "description", "colonne_3"))
    yield _text("header_blanks", "header", " id , description , code_commune \n" + body)
    yield _text(
        "header_quoted_lines",
        "header",
        '"id","description","code\ncommune"\n' + body,
        columns=("id", "description", "code\ncommune"),
    )
    yield _text(
        "header_upper", "header", "ID,DESCRIPTION,CODE_COMMUNE\n" + body, columns=("ID", "DESCRIPTION", "CODE_COMMUNE")
    )
    yield _text("header_twice", "header", LINES[0] + LINES[0] + body)
    yield _text("header_two_rows", "header", "service,service,commune\n" + LINES[0] + body)
    yield _text("header_two_rows_merged", "header", "Service,,Commune\n" + LINES[0] + body)
    yield _text("header_units_row", "header", LINES[0] + "(numéro),(texte),(INSEE)\n" + body)
    yield _text("header_types_row", "header", LINES[0] + "integer,string,string\n" + body)
    yield _text(
        "header_repeated_every_four_rows",
        "header",
        LINES[0] + "".join(LINES[1:5]) + LINES[0] + "".join(LINES[5:9]) + LINES[0] + "".join(LINES[9:]),
    )
    yield _text("header_at_the_end", "header", body + LINES[0])
    yield _text("header_alone", "header", LINES[0], ())
    yield _text("header_numbers", "header", "1,2,3\n" + body)
    yield _text(
        "header_comment_mark",
        "header",
        "#id,description,code_commune\n" + body,
        columns=("#id", "description", "code_commune"),
    )
    yield _text("header_bom_quoted", "header", codecs.BOM_UTF8 + b'"id","description","code_commune"\n' + body.encode())


def _around() -> Iterator[Case]:
    for name, separator in (("comma", ","), ("semicolon", ";")):
        table = delimited(separator=separator)
        for title, lines in (
            ("title", "Enquête sur les services numériques\n"),
            ("title_and_blank", "Enquête sur les services numériques\n\n"),
            ("three_lines", "Enquête 2016\nExport du 12 mars\nConfidentiel\n"),
            ("padded", f"Enquête 2016{separator * 2}\n{separator * 2}\n"),
            ("comments", "# produit par un logiciel\n# version 2\n"),
            ("comma_in_title", "Enquête, services numériques\n\n"),
            ("keys", f"Source{separator}INSEE\nAnnée{separator}2016\n\n"),
        ):
            yield _text(f"preamble_{title}_{name}", "preamble", lines.encode() + table)
        for title, lines in (
            ("source", "Source : enquête 2016\n"),
            ("blank_and_source", "\nSource : enquête 2016\n"),
            ("total", f"Total{separator}12{separator}\n"),
            ("total_padded", f"{separator}Total : 12 services{separator}\n"),
            ("notes", "Note 1 : voir le guide\nNote 2 : codes INSEE\n"),
            ("comma", "Lecture : 12 services, 11 communes, en 2016\n"),
            ("end_mark", "(12 rows affected)\n"),
            ("control_z", "\x1a"),
        ):
            yield _text(f"footer_{title}_{name}", "footer", table + lines.encode())
    yield _text("blank_lines_before", "preamble", "\n\n" + PLAIN.decode())
    yield _text("blank_lines_after", "footer", PLAIN.decode() + "\n\n\n")
    yield _text("blank_lines_within", "blank lines", "".join([*LINES[:5], "\n", *LINES[5:9], "   \n", *LINES[9:]]))
    yield _text("comment_lines_within", "footer", "".join([*LINES[:5], "# à vérifier\n", *LINES[5:]]))
    yield _text("dashes_under_header", "header", LINES[0] + "--,-----------,------------\n" + "".join(LINES[1:]))


def _several() -> Iterator[Case]:
    people = "commune,population,region\nBourg,12000,Rhône\nAjaccio,7000,Corse\n"
    wide = "commune,population,region,surface\nBourg,12000,Rhône,3\n"
    for name, second in (
        ("same_width", people),
        ("wider", wide),
        ("narrower", "commune,population\nBourg,12000\n"),
        ("same_header", PLAIN.decode()),
    ):
        yield _text(f"tables_{name}_blank", "several tables", PLAIN.decode() + "\n" + second)
        yield _text(f"tables_{name}_close", "several tables", PLAIN.decode() + second)
    yield _text("tables_side_by_side", "several tables", "".join(f"{line.rstrip()},,{line}" for line in LINES))
    yield _text("tables_titled", "several tables", "Table 1\n" + PLAIN.decode() + "\nTable 2\n" + people)


def _bytes() -> Iterator[Case]:
    yield _text("nul_in_a_cell", "NUL", PLAIN.replace(b"panneau", b"pan\0neau"))
    yield _text("nul_between_lines", "NUL", PLAIN.replace(b"\n5,", b"\n\0005,"))
    yield _text("nul_padding_at_the_end", "NUL", PLAIN + b"\0" * 8)
    yield _text("nul_block_at_the_end", "NUL", PLAIN + b"\0" * 4096)
    yield _text("nul_every_cell", "NUL", PLAIN.replace(b",", b"\0,"))
    for name, rows in (
        ("escape", "wifi \x1b[31mrouge"),
        ("bell", "wifi\x07"),
        ("zero_width", "wi\u200bfi"),
        ("no_break", "wifi\xa0gratuit"),
        ("emoji", "wifi 📶"),
        ("right_to_left", "wifi \u202egratuit"),
    ):
        yield _text(f"bytes_{name}", "bytes", delimited(_altered(4, 1, rows)), _altered(4, 1, rows))
    yield _text(
        "bytes_truncated_mid_cell",
        "bytes",
        PLAIN[: PLAIN.rindex(b"comptabilit")],
        [*SURVEY[:11], ("12", "logiciel de ", "")],
    )
    yield _text("bytes_gzip", "bytes", gzip.compress(PLAIN), suffix=".csv.gz")
    yield _text("bytes_gzip_truncated", "bytes", gzip.compress(PLAIN)[:-9], None, suffix=".csv.gz")
    yield _text("bytes_gzip_then_text", "bytes", gzip.compress(PLAIN) + b"1,2,3\n", None, suffix=".csv.gz")
    yield _text(
        "bytes_html_named_xls", "bytes", b"<html><table><tr><td>id</td></tr></table></html>", None, suffix=".xls"
    )
    yield _text("bytes_html_named_csv", "bytes", b"<table><tr><td>id</td><td>description</td></tr></table>", None)
    yield _text(
        "bytes_json_named_csv",
        "bytes",
        b'[{"id": "1", "description": "wifi"}, {"id": "2", "description": "site"}]',
        None,
    )
    yield _text("bytes_empty", "bytes", b"", None)
    yield _text("bytes_blank", "bytes", b" \n\n\t\n", None)
    yield _text("bytes_random", "bytes", bytes((n * 7919 + n * n) % 256 for n in range(4000)), None)
    yield _text(
        "bytes_lfs_pointer", "bytes", b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n", None
    )
    yield _text("bytes_http_error", "bytes", b"404: Not Found\n", None)


def _cells() -> Iterator[Case]:
    for name, value in (
        ("null_word", "NULL"), ("na", "NA"), ("none", "None"), ("nan", "nan"), ("dash", "-"), ("date", "2016-02-19"), ("french_date", "19/02/2016"),
        ("decimal_comma", "3,5"), ("thousands", "12 000"), ("exponent", "1E5"), ("formula", "=1+1"), ("at", "@SUM(A1)"), ("boolean", "True"),
        ("leading_zeros", "000123"), ("long_number", "123456789012345678901234567890"), ("percent", "12 %"), ("hexadecimal", "0x1F"), ("infinity", "inf"), ("plus", "+33 1 23"),
    ):  # fmt: skip
        yield _text(f"cell_{name}", "cells", delimited(_altered(4, 2, value), separator=";"), _altered(4, 2, value))
        column = [(*row[:2], value) for row in SURVEY]
        yield _text(f"cell_{name}_in_all_rows", "cells", delimited(column, separator=";"), column)
    long = _altered(4, 1, "wifi " * 300_000)
    yield _text("cell_of_a_million_characters", "cells", delimited(long), long)


def _lines() -> Iterator[Case]:
    texts = [(row[1],) for row in SURVEY]
    yield _text("one_column", "one column", delimited(texts, ("description",)), texts, columns=("description",))
    commas = [("wifi, gratuit",), ("école, tablettes",), ("site, web",), ("place, marché",)]
    yield _text(
        "one_column_bare_commas",
        "one column",
        "description\n" + "".join(f"{row[0]}\n" for row in commas),
        commas,
        columns=("description",),
    )
    yield _text(
        "one_column_quoted",
        "one column",
        delimited(commas, ("description",), quoting=csv.QUOTE_ALL),
        commas,
        columns=("description",),
    )
    colons = [(f"Commune : {text}",) for (text,) in texts]
    yield _text(
        "one_column_colons", "one column", delimited(colons, ("description",)), colons, columns=("description",)
    )
    yield _text("one_row", "one row", delimited(SURVEY[:1]), SURVEY[:1])
    wide = tuple(f"c{n}" for n in range(2_000))
    yield _text(
        "two_thousand_columns",
        "wide",
        delimited([("x",) * 2_001], ("description", *wide)),
        [("x",) * 2_001],
        columns=("description", *wide),
    )
    fixed = "".join(f"{a:<6}{b:<40}{c:<12}\n" for a, b, c in (HEADER, *SURVEY))
    yield _text("fixed_width", "separator", fixed)
    markdown = "| id | description | code_commune |\n| --- | --- | --- |\n" + "".join(
        f"| {' | '.join(row)} |\n" for row in SURVEY
    )
    yield _text("markdown_table", "separator", markdown)

"""Parquet and JSON Lines that mean a table less plainly than they should."""

from __future__ import annotations

import datetime
import io
import json
from collections.abc import Iterator

import polars as pl

from tests.messy.case import HEADER, SURVEY, Case, Rows


def cases() -> list[Case]:
    """Give every Parquet and JSON Lines file."""
    return [*_parquet(), *_json()]


def _written(frame: pl.DataFrame) -> bytes:
    written = io.BytesIO()
    frame.write_parquet(written)
    return written.getvalue()


def _parquet() -> Iterator[Case]:
    plain = pl.DataFrame(SURVEY, schema=list(HEADER), orient="row")

    def last(name: str, values: pl.Series, texts: list[str], kind: str = "types") -> Case:
        rows = [(*row[:2], text) for row, text in zip(SURVEY, texts, strict=True)]
        return Case(
            f"parquet_{name}", kind, ".parquet", _written(plain.with_columns(values.alias("code_commune"))), rows=rows
        )

    good = _written(plain)
    yield Case("parquet_plain", "types", ".parquet", good)
    yield last("whole", pl.Series(range(12)), [str(n) for n in range(12)])
    yield last("null", pl.Series([None] * 12, dtype=pl.String), [""] * 12)
    yield last("null_type", pl.Series([None] * 12, dtype=pl.Null), [""] * 12)
    yield last("dates", pl.Series([datetime.date(2016, 2, 19)] * 12), ["2016-02-19"] * 12)
    yield last("booleans", pl.Series([True, False] * 6), ["true", "false"] * 6)
    yield last("categories", pl.Series([row[2] for row in SURVEY], dtype=pl.Categorical), [row[2] for row in SURVEY])
    yield last("lists", pl.Series([[1, 2]] * 12), ["[1,2]"] * 12, "nested")
    yield last("structures", pl.Series([{"a": 1, "b": "x"}] * 12), ['{"a":1,"b":"x"}'] * 12, "nested")
    yield last("lists_of_structures", pl.Series([[{"a": 1}]] * 12), ['[{"a":1}]'] * 12, "nested")
    yield last("bytes", pl.Series([b"\x00\xff"] * 12), ["00ff"] * 12)
    yield last("decimals", pl.Series([3.5] * 12).cast(pl.Decimal(10, 2)), ["3.50"] * 12)
    yield Case("parquet_without_rows", "types", ".parquet", _written(plain.clear()), rows=())
    yield Case("parquet_named_csv", "types", ".csv", good)
    yield Case("parquet_truncated", "damaged", ".parquet", good[: len(good) // 2], rows=None)
    yield Case("parquet_without_end", "damaged", ".parquet", good[:-4], rows=None)
    yield Case(
        "parquet_footer_length_lies",
        "hostile",
        ".parquet",
        good[:-8] + (2**31 - 1).to_bytes(4, "little") + b"PAR1",
        rows=None,
    )
    yield Case("parquet_footer_length_zero", "hostile", ".parquet", good[:-8] + bytes(4) + b"PAR1", rows=None)
    yield Case(
        "parquet_pages_zeroed",
        "hostile",
        ".parquet",
        good[:4] + bytes(len(good) // 3) + good[4 + len(good) // 3 :],
        rows=None,
    )
    for name, content in lying_counts().items():
        yield Case(f"parquet_{name}", "hostile", ".parquet", content, rows=None)


def lying_counts() -> dict[str, bytes]:
    """Give files of 12 rows in one group whose footer counts otherwise, in one place, or in all that it counts.

    A count is the 64-bit field 3 or 5 of a structure: a byte 0x16, then twice the number. In the order of the footer: the
    file, each column, the group; so says ``test_tables_columnar`` before it uses them.
    """
    good = _written(pl.DataFrame(SURVEY, schema=list(HEADER), orient="row"))
    footer = len(good) - 8 - int.from_bytes(good[-8:-4], "little")
    counts = [place + 1 for place in range(footer, len(good) - 8) if good[place : place + 2] == b"\x16\x18"]
    everywhere = {"file": counts[:1], "columns": counts[1:-1], "group": counts[-1:], "footer": counts}
    return {
        f"{where}_says_{said}": bytes(2 * said if place in places else byte for place, byte in enumerate(good))
        for where, places in everywhere.items()
        for said in (0, 5, 13, 60)
    }


def _json() -> Iterator[Case]:
    objects = [dict(zip(HEADER, row, strict=True)) for row in SURVEY]

    def lines(values: list[object]) -> bytes:
        return "".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values).encode()

    def case(name: str, kind: str, content: bytes, rows: Rows | None = SURVEY, suffix: str = ".jsonl") -> Case:
        return Case(f"json_{name}", kind, suffix, content, rows=rows)

    def last(name: str, value: object, text: str, kind: str = "nested") -> Case:
        rows = [(*row[:2], text) for row in SURVEY]
        return case(name, kind, lines([{**item, "code_commune": value} for item in objects]), rows)

    good = lines([*objects])
    yield case("plain", "types", good)
    yield case("escaped", "types", "".join(json.dumps(item) + "\n" for item in objects).encode())
    yield case("crlf", "line end", good.replace(b"\n", b"\r\n"))
    yield case("bom", "encoding", b"\xef\xbb\xbf" + good)
    yield case("cp1252", "encoding", good.decode().encode("cp1252"))
    yield case("blank_lines", "blank lines", good.replace(b"\n", b"\n\n"))
    yield case("named_json", "types", good, suffix=".json")
    yield case("without_suffix", "types", good, suffix="")
    yield last("nested_object", {"insee": "01004", "n": [1, 2.50]}, '{"insee": "01004", "n": [1, 2.5]}')
    yield last("nested_list", ["01004", None, True], '["01004", null, true]')
    yield last("numbers", 1004, "1004", "types")
    yield last("long_numbers", 12345678901234567890123, "12345678901234567890123", "types")
    yield last("booleans", True, "true", "types")
    yield last("null", None, "", "types")
    yield last("nan", float("nan"), "NaN", "types")
    yield case(
        "key_missing",
        "ragged",
        lines([{key: item[key] for key in HEADER[:2]} if n == 3 else item for n, item in enumerate(objects)]),
        [*SURVEY[:3], (*SURVEY[3][:2], ""), *SURVEY[4:]],
    )
    yield case("key_twice", "ragged", good.replace(b'{"id": "5",', b'{"id": "0", "id": "5",'))
    yield case(
        "keys_in_other_order",
        "ragged",
        lines([dict(reversed(item.items())) if n else item for n, item in enumerate(objects)]),
    )
    yield case("line_that_is_no_object", "damaged", good.replace(b'{"id": "5"', b'{"id": 5"', 1))
    yield case("last_line_truncated", "damaged", good[:-20])
    yield case("two_objects_on_a_line", "damaged", good.replace(b"}\n", b"} ", 1))
    yield case("comma_after_each", "damaged", good.replace(b"}\n", b"},\n"), None)
    yield case("array", "damaged", json.dumps(objects).encode(), None)
    yield case("array_named_json", "damaged", json.dumps(objects).encode(), None, ".json")
    yield case("array_indented", "damaged", json.dumps(objects, indent=1).encode(), None, ".json")
    yield case("one_object_indented", "damaged", json.dumps(objects[0], indent=1).encode(), None, ".json")
    yield case("arrays_by_line", "damaged", lines([list(item.values()) for item in objects]), None)
    yield case("very_deep", "hostile", good + b'{"id":' + b"[" * 100_000 + b"]" * 100_000 + b"}\n")
    yield case(
        "late_key",
        "ragged",
        lines([*[objects[0]] * 1_500, {**objects[1], "nouvelle": "x"}]),
        [*[SURVEY[0]] * 1_500, SURVEY[1]],
    )
    yield case(
        "long_integer_digits",
        "hostile",
        b'{"id": "1", "description": "wifi", "code_commune": ' + b"9" * 10_000 + b"}\n",
        [("1", "wifi", "9" * 10_000)],
    )

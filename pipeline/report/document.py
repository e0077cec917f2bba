"""A short document of sections, as Markdown or as one HTML page that needs no other file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True)
class Section:
    """A part of a document: its title, a table (its first row is the header) if any, paragraphs, a list.

    A paragraph has a lead, shown in bold, or ``""``.
    """

    title: str
    paragraphs: tuple[tuple[str, str], ...] = ()
    table: tuple[tuple[str, ...], ...] = ()
    items: tuple[str, ...] = ()


def as_markdown(title: str, said: str, sections: Sequence[Section]) -> str:
    """Write a document as Markdown; marks of Markdown in its text are escaped."""
    lines = [f"# {title}", "", _plain(said), ""]
    for section in sections:
        lines += [f"## {section.title}", ""]
        if section.table:
            header, *rows = section.table
            lines += [
                _row(header),
                _row(["---"] * len(header)),
                *(_row([_plain(cell) for cell in row]) for row in rows),
                "",
            ]
        for lead, paragraph in section.paragraphs:
            lines += [f"**{_plain(lead)}** {_plain(paragraph)}" if lead else _plain(paragraph), ""]
        if section.items:
            lines += [*(f"- {_plain(item)}" for item in section.items), ""]
    return "\n".join(lines).rstrip() + "\n"


def as_html(title: str, said: str, sections: Sequence[Section]) -> str:
    """Write a document as one self-contained HTML page."""
    parts = [f"<h1>{escape(title)}</h1>", f"<p>{escape(said)}</p>"]
    for section in sections:
        parts.append(f"<h2>{escape(section.title)}</h2>")
        if section.table:
            header, *rows = section.table
            head = "".join(f'<th scope="col">{_cell(cell)}</th>' for cell in header)
            body = "".join("<tr>" + "".join(f"<td>{_cell(cell)}</td>" for cell in row) + "</tr>" for row in rows)
            parts.append(f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")
        for lead, paragraph in section.paragraphs:
            parts.append(f"<p>{f'<strong>{escape(lead)}</strong> ' if lead else ''}{escape(paragraph)}</p>")
        if section.items:
            parts.append("<ul>" + "".join(f"<li>{escape(item)}</li>" for item in section.items) + "</ul>")
    return _PAGE.replace("{title}", escape(title)).replace("{body}", "\n".join(parts))


def _cell(text: str) -> str:
    """Write a cell; a percentage is not cut from its sign."""
    return escape(text).replace(" %", "\u00a0%").replace(" – ", "\u00a0–\u00a0")


_PAGE = """<!DOCTYPE html>
<html lang="fr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
@page { size: A4; margin: 13mm 17mm; }
body { margin: 0 auto; max-width: 48rem; padding: 1rem; color: #1b1b1b; background: #fff;
  font: 10pt/1.35 Georgia, "DejaVu Serif", serif; }
h1 { font-size: 14pt; margin: 0 0 4pt; }
h2 { font-size: 11pt; margin: 8pt 0 2pt; }
p, ul { margin: 0 0 4pt; }
ul { padding-left: 14pt; font-size: 9pt; }
table { border-collapse: collapse; width: 100%; font-size: 9.5pt; margin-bottom: 4pt; }
th, td { padding: 1.5pt 5pt; border-bottom: 1px solid #999; text-align: left; }
@media print {
  body { padding: 0; max-width: none; font-size: 9pt; line-height: 1.27; }
  table, ul { font-size: 8.5pt; }
}
</style>
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _plain(text: str) -> str:
    """Take from text what Markdown would read as its own marks."""
    flat = re.sub(r"[ \t\r\n]+", " ", text)
    return "".join(f"\\{mark}" if mark in "\\`*_[]<>|#" else mark for mark in flat)

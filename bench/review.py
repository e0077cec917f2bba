"""`make bench-review`: how long a row takes to be shown by `domaines review`, with a million rows loaded.

The program runs as people run it; a client on the same machine asks for rows of the queue of doubts
(each one explained anew) and decides; then Chromium presses keys, and the times are those from the key to
the next row painted, and to the sentence that says the decision is on the disk. The texts are the real ones where
they are (as for `make bench`), else the demonstration survey's, each time with another number in front.

    python bench/review.py [ROWS] [SHOWN]
"""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl
from marks import write_between
from texts import REAL, write_real

ROOT = Path(__file__).parents[1]
PRESS = """() => {
  window.painted = []; window.saved = []; let pressed = 0;
  addEventListener("keydown", () => { pressed = performance.now(); }, true);
  new MutationObserver(() => requestAnimationFrame(() => { painted.push(performance.now() - pressed); }))
    .observe(document.getElementById("where"), { childList: true });
  const status = document.getElementById("status");
  new MutationObserver(() => { if (/enregistré/.test(status.textContent)) saved.push(performance.now() - pressed); })
    .observe(status, { childList: true });
}"""


def write_survey(path: Path, rows: int) -> None:
    """Write so many rows to review, none like another."""
    if REAL.is_file():
        write_real(path, rows)
        return
    demo = pl.read_csv(ROOT / "corpora/demo/enquete.csv", infer_schema=False).select("id", "description")
    parts = [
        demo.with_columns(pl.format("{} {}", pl.lit(turn), "description").alias("description"))
        for turn in range(rows // demo.height + 1)
    ]
    pl.concat(parts).head(rows).with_columns(pl.int_range(rows).cast(pl.String).alias("id")).write_csv(path)


class Asker:
    """A client that entered the page."""

    def __init__(self, link: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", int(re.findall(r":(\d+)/", link)[0]))
        self._headers = {"Content-Type": "application/json"}
        self._connection.request("GET", "/" + link.rpartition("/")[2])
        answer = self._connection.getresponse()
        answer.read()
        self._headers["Cookie"] = (answer.getheader("set-cookie") or "").partition(";")[0]
        self._headers["X-CSRF-Token"] = self.ask("/api/start")[0]["csrf"]

    def ask(self, path: str, body: object = None) -> tuple[dict[str, object], float]:
        """Give an answer and the milliseconds it took."""
        began = time.perf_counter()
        self._connection.request("POST" if body else "GET", path, json.dumps(body) if body else None, self._headers)
        answer = json.loads(self._connection.getresponse().read())
        return answer, 1000 * (time.perf_counter() - began)


def shown_rows(asker: Asker, rows: int, shown: int) -> list[float]:
    """Time rows taken anywhere in the file, none of them shown before."""
    chosen = np.random.default_rng(2016).choice(rows, shown, replace=False) + 1
    return [asker.ask(f"/api/row?number={number}&queue=doubtful")[1] for number in chosen]


def decided_rows(asker: Asker, shown: int) -> list[float]:
    """Time decisions in the queue of doubts, each with the next row in its answer."""
    answer, _ = asker.ask("/api/next?queue=doubtful")
    spent = []
    for turn in range(shown):
        number = answer["row"]["number"]  # type: ignore[index]
        body = {"key": f"bench-{os.getpid()}-{turn}", "number": number, "label": "autre", "queue": "doubtful"}
        answer, milliseconds = asker.ask("/api/decide", body)
        spent.append(milliseconds)
    return spent


def pressed_rows(link: str, shown: int) -> tuple[list[float], list[float]]:
    """Time, in Chromium, a key pressed to the next row painted, and to the decision acknowledged."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.goto(link)
        page.locator(".choice.suggested").wait_for()
        page.evaluate(PRESS)
        for turn in range(shown):
            before = page.locator("#where").inner_text()
            page.keyboard.press(str(turn % 5 + 1))
            while page.locator("#where").inner_text() == before:
                time.sleep(0.005)
            # Three rows a second: faster than anyone reads.
            time.sleep(0.3)
        painted, saved = page.evaluate("[window.painted, window.saved]")
        browser.close()
    return painted, saved


def processor(pid: int) -> float:
    """Give the milliseconds of processor a program has used: unlike a clock, it owes little to the machine's load."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return 1000 * (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def line(what: str, spent: list[float], used: float) -> str:
    """Write a row of the table; ``used`` are the milliseconds of processor the program used in all."""
    half, most = np.percentile(spent, [50, 95])
    return f"| {what} | {len(spent)} | {half:.1f} | {most:.1f} | {max(spent):.1f} | {used / len(spent):.1f} |"


def measured(pid: int, asker: Asker, link: str, rows: int, shown: int) -> list[str]:
    """Measure, and write the rows of the table."""
    began = processor(pid)
    anywhere = line(
        "a row anywhere, explained, with its nearest texts", shown_rows(asker, rows, shown), processor(pid) - began
    )
    began = processor(pid)
    decided = line("a decision saved and the next row", decided_rows(asker, shown), processor(pid) - began)
    began = processor(pid)
    painted, saved = pressed_rows(link, shown)
    used = processor(pid) - began
    return [
        anywhere,
        decided,
        line("in Chromium, from the key to the next row painted", painted, used),
        line("in Chromium, from the key to the decision said saved", saved, used),
    ]


def main(rows: int, shown: int) -> None:
    """Measure, and write the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source, labelled = folder / "textes.csv", folder / "etiquetes.csv"
        write_survey(source, rows)
        program = [sys.executable, "-m", "pipeline.cli"]
        subprocess.run([*program, "label", str(source), "-o", str(labelled), "-q", "--jobs", "1"], check=True, cwd=ROOT)
        options = ["--store", str(folder / "a.db"), "--annotator", "Banc", "--examples", "corpora/annotated", "-q"]
        began = time.perf_counter()
        process = subprocess.Popen(
            [*program, "review", str(labelled), *options], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        link = process.stdout.readline().strip()
        loading = time.perf_counter() - began
        try:
            lines = [
                f"{rows:,} rows, page open {loading:.1f} s after the command; milliseconds:",
                "",
                "| what | times | median | 95th percentile | most | processor a time |",
                "| --- | --- | --- | --- | --- | --- |",
                *measured(process.pid, Asker(link), link, rows, shown),
            ]
            memory = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
            peak = int(re.findall(r"VmHWM:\s+(\d+)", memory)[0]) / 2**20
            lines += ["", f"Memory at its highest: {peak:.1f} GiB. Load of the machine then: {os.getloadavg()[0]:.1f}."]
        finally:
            process.kill()
    write_between("review", lines)
    print("\n".join(lines))


if __name__ == "__main__":
    given = [int(each) for each in sys.argv[1:]]
    main(*(given + [1_000_000, 400][len(given) :]))

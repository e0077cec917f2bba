"""The texts of the benches: the real ones repeated, and a synthetic corpus that follows Zipf's law.

Real: the 72,130 descriptions of ``reserve_parlementaire.csv``, again and again, each time with another
number in front, so that no two texts of two turns are the same (4 in 10 are the same within one turn).

Zipf: each word is drawn by its rank r with a probability in proportion to 1 / (r + 10)^1.4
(Mandelbrot's form), r from 1 to two millions; the words of the lowest ranks are those of the default
model, in a shuffled order, the others are spelt from syllables by their rank; a text has 1 + Poisson(8)
words. Hardly any two texts are the same: the engine gains nothing from meeting a text again.
Everything follows from the seed.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

ROOT = Path(__file__).parents[1]
REAL = ROOT.parent / "shared" / "real" / "reserve_parlementaire.csv"
RANKS = 2_000_000
PART = 100_000
SYLLABLES = np.array([a + b for a in "bcdfglmnprstv" for b in ("a", "é", "i", "o", "ou", "an", "eu")])


def write_real(path: Path, rows: int) -> None:
    """Write the real texts, repeated with another number in front each time."""
    real = (
        pl.read_csv(REAL, infer_schema=False)
        .select("id", "code_commune", "description")
        .with_columns(pl.col("description").fill_null(""))
    )
    parts = [real] + [
        real.with_columns(pl.lit(f"{turn} ").add(pl.col("description")).alias("description"))
        for turn in range(2, rows // real.height + 2)
    ]
    pl.concat(parts).head(rows).write_csv(path)


def write_zipf(path: Path, rows: int, seed: int = 2016) -> None:
    """Write a synthetic corpus as CSV, a part after the other."""
    random = np.random.default_rng(seed)
    words = _words(random)
    weights = np.cumsum((np.arange(1, RANKS + 1) + 10) ** -1.4)
    with open(path, "wb") as file:
        file.write(b"id,code_commune,description\n")
        for start in range(0, rows, PART):
            count = min(PART, rows - start)
            lengths = 1 + random.poisson(8, count)
            ranks = np.searchsorted(weights, random.random(int(lengths.sum())) * weights[-1])
            texts = (
                pl.DataFrame({"text": np.repeat(np.arange(count), lengths), "word": words.gather(pl.Series(ranks))})
                .group_by("text", maintain_order=True)
                .agg(pl.col("word").str.join(" "))
            )
            numbers = pl.Series(np.arange(start, start + count))
            pl.DataFrame(
                {"id": numbers, "code": (numbers % 95 + 1).cast(pl.String).str.zfill(2) + "001", "d": texts["word"]}
            ).write_csv(file, include_header=False)


def _words(random: np.random.Generator) -> pl.Series:
    """Give the word of each rank."""
    known = pl.read_csv(ROOT / "models" / "default" / "words.csv", infer_schema=False)["mot"].to_numpy().copy()
    random.shuffle(known)
    ranks = np.arange(RANKS)
    spelt = SYLLABLES[ranks % len(SYLLABLES)]
    for _ in range(3):
        ranks = ranks // len(SYLLABLES)
        spelt = np.char.add(spelt, np.where(ranks > 0, SYLLABLES[ranks % len(SYLLABLES)], ""))
    return pl.concat([pl.Series(known, dtype=pl.String), pl.Series(spelt.astype(object), dtype=pl.String)])[:RANKS]


def distinct_words(path: Path) -> int:
    """Count the distinct words of a file's texts."""
    return int(
        pl.scan_csv(path, infer_schema=False)
        .select(pl.col("description").str.split(" ").explode().n_unique())
        .collect(engine="streaming")
        .item()
    )

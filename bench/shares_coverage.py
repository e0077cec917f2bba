"""`make bench-coverage`: how often the intervals of `domaines shares` hold the truth, tables into BENCHMARKS.md.

The populations are resampled from the project's annotated texts with the probabilities the project's classifier
gave them out of fold: `same` wording (ordinary folds), `kinds` (kinds of service it never saw) and `voices` (writers
it never saw). Each replicate draws a new file, then audits it. The truth is the file's own share, or that of all
communes for the statement about communes in general.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from marks import write_between
from numpy.typing import NDArray

from pipeline.domains import LABELS
from pipeline.sampling import Drawn, active, active_inclusion, doubt, neyman, proportional, stratified, uniform
from pipeline.shares.estimation import estimate
from pipeline.shares.intervals import intervals, wilson
from pipeline.shares.population import Population, sample_of

ROOT = Path(__file__).parents[1]
CACHE = ROOT / "out" / "coverage.npz"
ROWS, COMMUNES, LARGEST = 10_000, 400, 200
PPI_PYTHON_REPLICATES = 250
SIZES = (50, 100, 200, 400, 800)
WORDINGS = ("same", "kinds", "voices")
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Interval = tuple[Floats, Floats, Floats]


@dataclass(frozen=True)
class Pool:
    """The annotated texts: label, voice, and out-of-fold probabilities by wording."""

    truth: Integers
    voice: Integers
    probabilities: dict[str, Floats]


@dataclass(frozen=True)
class World:
    """One file drawn for one replicate: its population, its labels (N), and the true shares (K)."""

    population: Population
    labels: Integers
    shares: Floats


@dataclass
class Tally:
    """What a method did over the replicates: hits, widths and errors, a row of K per replicate."""

    held: list[Floats] = field(default_factory=list)
    widths: list[Floats] = field(default_factory=list)
    errors: list[Floats] = field(default_factory=list)

    def add(self, interval: Interval, shares: Floats) -> None:
        point, low, high = interval
        self.held.append((low - 1e-12 <= shares) & (shares <= high + 1e-12))
        self.widths.append(high - low)
        self.errors.append(point - shares)


# ── out-of-fold probabilities ────────────────────────────────────────────────────────────────────────────────────────


def read_pool() -> Pool:
    """Read the cached out-of-fold probabilities, or train for a few minutes."""
    if not CACHE.is_file():
        CACHE.parent.mkdir(exist_ok=True)
        np.savez(CACHE, **out_of_fold())
    with np.load(CACHE) as kept:
        return Pool(kept["truth"], kept["voice"], {name: kept[name] for name in WORDINGS})


def out_of_fold() -> dict[str, NDArray[np.float64]]:
    """Give the classifier's probabilities of every annotated text, never from a model that saw it."""
    from pipeline.training import always_training, calibrate, grouped_folds, held_out_logits, stratified_folds
    from pipeline.workflow.corpora import corpus_files, read_corpus
    from pipeline.workflow.training import groups_of, make_classifier

    corpora = [str(ROOT / "corpora" / name) for name in ("annotated", "contrasts.csv", "lexicon.csv")]
    texts = sorted((item for file in corpus_files(corpora) for item in read_corpus(file)), key=lambda item: item.term)
    scored = np.array([not item.pair and not item.term for item in texts])
    described = [item for item in texts if not item.term]
    labels = [item.label for item in described]
    voices = [item.pair or Path(item.file).stem for item in described]
    terms = [row for row, item in enumerate(texts) if item.term]
    classes = sorted(LABELS)
    truth = np.array([classes.index(item.label) for item in texts])[scored]
    order = [classes.index(label) for label in LABELS]
    folds = {
        "kinds": grouped_folds(labels, groups_of(described), 2016),
        "same": stratified_folds(labels, 2016),
        "voices": grouped_folds(labels, voices, 2016),
    }
    logits = {
        name: held_out_logits(
            lambda: make_classifier(2016),
            [item.text for item in texts],
            [item.label for item in texts],
            [item.weight for item in texts],
            always_training(split, terms),
        )[scored]
        for name, split in folds.items()
    }
    # The shipped model is calibrated on kinds it never saw, whatever it then reads.
    calibration = calibrate(logits["kinds"], truth)
    found = {name: calibration.probabilities(values)[:, order] for name, values in logits.items()}
    place = np.argsort(order)
    voice = [int(Path(item.file).stem[1:]) for item, kept in zip(texts, scored, strict=True) if kept]
    return {**found, "truth": place[truth], "voice": np.array(voice)}


# ── files ────────────────────────────────────────────────────────────────────────────────────────────────────────────

MakeWorld = Callable[[Pool, Floats, np.random.Generator], World]


def plain_file(pool: Pool, probabilities: Floats, rng: np.random.Generator) -> World:
    """A file of texts drawn one by one."""
    return _world(pool, probabilities, rng.integers(0, len(pool.truth), ROWS))


def shifted_file(pool: Pool, probabilities: Floats, rng: np.random.Generator) -> World:
    """A file whose mix of labels is drawn from a flat Dirichlet: some labels may be nearly absent."""
    wanted = rng.dirichlet(np.ones(len(LABELS)))
    rows = _texts_of(pool, rng.choice(len(LABELS), ROWS, p=wanted), rng)
    return _world(pool, probabilities, rows)


def weighted_file(pool: Pool, probabilities: Floats, rng: np.random.Generator) -> World:
    """A file with survey weights, uneven (coefficient of variation about 0.5) and tied to the label."""
    rows = rng.integers(0, len(pool.truth), ROWS)
    weights = np.exp(rng.normal(0.0, 0.45, ROWS)) * (1.0 + 0.15 * pool.truth[rows])
    return _world(pool, probabilities, rows, weights)


def clustered_file(pool: Pool, probabilities: Floats, rng: np.random.Generator) -> World:
    """A file of 400 communes of 1 to 200 services, whose own shares are the truth."""
    world = communes_in_general(pool, probabilities, rng)
    return replace(world, shares=np.bincount(world.labels, world.population.mass, len(LABELS)))


def communes_in_general(pool: Pool, probabilities: Floats, rng: np.random.Generator) -> World:
    """The same file, each commune with its mix of labels and one of the voices; the truth is that of all communes."""
    sizes = np.exp(rng.uniform(0.0, np.log(LARGEST + 1), COMMUNES)).astype(np.int64)
    communes = np.repeat(np.arange(COMMUNES), sizes)
    base = np.bincount(pool.truth) / len(pool.truth)
    mixes = rng.dirichlet(10.0 * base, COMMUNES).cumsum(axis=1)
    labels = (rng.random((len(communes), 1)) > mixes[communes]).sum(axis=1).clip(0, len(LABELS) - 1)
    voices = rng.integers(1, pool.voice.max() + 1, COMMUNES)[communes]
    return _world(pool, probabilities, _texts_of(pool, labels, rng, voices), communes=communes, shares=base)


def _texts_of(pool: Pool, labels: Integers, rng: np.random.Generator, voices: Integers | None = None) -> Integers:
    """Draw a text of each wanted label, in the wanted voice where the pool has one."""
    rows = np.zeros(len(labels), dtype=np.int64)
    wanted = labels * 100 + (0 if voices is None else voices)
    have = pool.truth * 100 + (0 if voices is None else pool.voice)
    order = np.argsort(have, kind="stable")
    starts, ends = (np.searchsorted(have[order], wanted, side) for side in ("left", "right"))
    found = ends > starts
    rows[found] = order[starts[found] + (rng.random(found.sum()) * (ends - starts)[found]).astype(np.int64)]
    if not found.all():
        rows[~found] = _texts_of(pool, labels[~found], rng)
    return rows


def _world(
    pool: Pool,
    probabilities: Floats,
    rows: Integers,
    weights: Floats | None = None,
    communes: Integers | None = None,
    shares: Floats | None = None,
) -> World:
    labels = pool.truth[rows]
    population = Population(probabilities[rows], np.ones(len(rows)) if weights is None else weights, communes)
    own = np.bincount(labels, population.mass, len(LABELS))
    return World(population, labels, own if shares is None else shares)


# ── draws ────────────────────────────────────────────────────────────────────────────────────────────────────────────

MakeDraw = Callable[[Population, int, np.random.Generator], Drawn]


def uniform_draw(population: Population, size: int, rng: np.random.Generator) -> Drawn:
    return uniform(population.size, size, rng)


def proportional_draw(population: Population, size: int, rng: np.random.Generator) -> Drawn:
    """Strata are the predicted domains, sizes as theirs: what `audit draw --by domaine` does."""
    strata = population.probabilities.argmax(axis=1)
    return stratified(strata, proportional(np.bincount(strata, minlength=len(LABELS)), size), rng)


def neyman_draw(population: Population, size: int, rng: np.random.Generator) -> Drawn:
    """Strata are the predicted domains, more rows where the model doubts: `--allocation neyman`."""
    strata = population.probabilities.argmax(axis=1)
    counts = np.bincount(strata, minlength=len(LABELS))
    squares = np.bincount(strata, doubt(population.probabilities) ** 2, len(LABELS))
    return stratified(strata, neyman(counts, np.sqrt(squares / np.maximum(counts, 1)), size), rng)


def active_draw(population: Population, size: int, rng: np.random.Generator) -> Drawn:
    return active(active_inclusion(doubt(population.probabilities), size), rng)


# ── methods ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def counted(world: World) -> Interval:
    """Count the predictions, binomial interval."""
    guessed = np.bincount(world.population.probabilities.argmax(axis=1), world.population.mass, len(LABELS))
    return guessed, *wilson(guessed, world.population.size, 1.96)


def ours(world: World, drawn: Drawn, by_commune: bool, power: float | None = None) -> Interval:
    """What `domaines shares` prints; with λ = 0, the audited rows alone with the same care."""
    sample = sample_of(world.population, drawn.rows, world.labels[drawn.rows], drawn.inclusion, drawn.strata)
    found = estimate(world.population, sample, power, by_commune=by_commune)
    return found.shares, *intervals(found, 0.95)


def ppi_python(world: World, drawn: Drawn) -> Interval:
    """`ppi-python` as its documentation uses it, the rest of the file as its unlabelled part."""
    from ppi_py import ppi_mean_ci

    rest = np.ones(world.population.size, dtype=bool)
    rest[drawn.rows] = False
    truth = np.eye(len(LABELS))[world.labels[drawn.rows]]
    guess, others = world.population.probabilities[drawn.rows], world.population.probabilities[rest]
    given = {"w": world.population.weights[drawn.rows] / drawn.inclusion, "w_unlabeled": world.population.weights[rest]}
    given = {name: weights / weights.mean() for name, weights in given.items()}
    low, high = ppi_mean_ci(truth, guess, others, alpha=0.05, **given)
    return (low + high) / 2, low, high


# ── cells ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Cell:
    """One setting: what is read, how it is drawn, which statement is made."""

    name: str
    wording: str
    world: MakeWorld
    draw: MakeDraw = uniform_draw
    by_commune: bool = False


CELLS = (
    *(Cell(f"uniform draw, {wording}", wording, plain_file) for wording in WORDINGS),
    *(Cell(f"labels shifted (Dirichlet), {wording}", wording, shifted_file) for wording in ("same", "kinds")),
    *(Cell(f"stratified draw, {wording}", wording, plain_file, proportional_draw) for wording in ("same", "kinds")),
    *(Cell(f"stratified draw (Neyman), {wording}", wording, plain_file, neyman_draw) for wording in ("same", "kinds")),
    *(Cell(f"active draw, {wording}", wording, plain_file, active_draw) for wording in ("same", "kinds")),
    *(Cell(f"survey weights, {wording}", wording, weighted_file) for wording in ("same", "kinds")),
    *(
        Cell(f"communes of 1 to {LARGEST}, this file, {wording}", wording, clustered_file)
        for wording in ("same", "kinds")
    ),
    *(
        Cell(f"communes of 1 to {LARGEST}, in general, {wording}", wording, communes_in_general, uniform_draw, True)
        for wording in ("same", "kinds")
    ),
)
METHODS = ("count", "annotated only", "ppi-python", "domaines")


def run(cell: Cell, size: int, pool: Pool, replicates: int, seed: int) -> dict[str, Tally]:
    """Repeat a setting."""
    rng = np.random.default_rng([seed, size])
    tallies = {name: Tally() for name in METHODS}
    probabilities = pool.probabilities[cell.wording]
    for number in range(replicates):
        world = cell.world(pool, probabilities, rng)
        drawn = cell.draw(world.population, size, rng)
        tallies["count"].add(counted(world), world.shares)
        tallies["annotated only"].add(ours(world, drawn, cell.by_commune, 0.0), world.shares)
        # Ten times as slow as all the rest: it is run on the first replicates only.
        if number < PPI_PYTHON_REPLICATES:
            tallies["ppi-python"].add(ppi_python(world, drawn), world.shares)
        tallies["domaines"].add(ours(world, drawn, cell.by_commune), world.shares)
    return tallies


HEADER = [
    "| setting | n | coverage, domaines (worst label) | width | ÷ annotated only | largest bias | annotated only "
    "| ppi-python | count |",
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
]


def line(cell: Cell, size: int, tallies: dict[str, Tally]) -> str:
    """Write a setting as a row: coverage in %, width in points."""

    def coverage(name: str) -> str:
        return f"{100 * np.mean(tallies[name].held):.1f}"

    def width(name: str) -> float:
        return 100 * float(np.mean(tallies[name].widths))

    mine = tallies["domaines"]
    worst, bias = 100 * np.mean(mine.held, axis=0).min(), 100 * np.abs(np.mean(mine.errors, axis=0)).max()
    others = " | ".join(f"{coverage(name)} ({width(name):.1f})" for name in ("annotated only", "ppi-python", "count"))
    return (
        f"| {cell.name} | {size} | {coverage('domaines')} ({worst:.1f}) | {width('domaines'):.2f} "
        f"| {width('domaines') / width('annotated only'):.2f} | {bias:.2f} | {others} |"
    )


def lines_of(pool: Pool, replicates: int, sizes: Sequence[int], only: str) -> Iterator[str]:
    for cell in CELLS:
        if only in cell.name:
            for size in sizes:
                yield line(cell, size, run(cell, size, pool, replicates, 2016))


def main() -> None:
    """Fill the table, saved row by row."""
    words = argparse.ArgumentParser()
    words.add_argument("--replicates", type=int, default=1000)
    words.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    words.add_argument("--only", default="", help="settings whose name holds these words; nothing is saved")
    asked = words.parse_args()
    warnings.simplefilter("ignore")
    pool = read_pool()
    lines = [
        f"{asked.replicates} replicates a row, nominal 95 %; coverage in %, mean over labels; width in points.",
        "",
    ]
    lines += HEADER
    for row in lines_of(pool, asked.replicates, asked.sizes, asked.only):
        lines.append(row)
        print(row, flush=True)
        if not asked.only:
            write_between("coverage", lines)


if __name__ == "__main__":
    main()

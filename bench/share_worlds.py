"""Files to try the intervals of `domaines shares` on, resampled from the annotated texts, and how they are audited."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.domains import LABELS
from pipeline.sampling import Drawn, active, active_inclusion, doubt, neyman, proportional, stratified, uniform
from pipeline.shares.population import Population

ROOT = Path(__file__).parents[1]
CACHE = ROOT / "out" / "coverage.npz"
ROWS, COMMUNES, LARGEST = 10_000, 400, 200
WORDINGS = ("same", "kinds", "voices")
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


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
    from pipeline.calibrating import calibrate
    from pipeline.training import always_training, grouped_folds, stratified_folds
    from pipeline.workflow.corpora import corpus_files, read_corpus
    from pipeline.workflow.fits import groups_of, held_out_scores

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
    scores = held_out_scores(texts, [always_training(split, terms) for split in folds.values()], 2016)
    logits = {name: found[scored] for name, found in zip(folds, scores, strict=True)}
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

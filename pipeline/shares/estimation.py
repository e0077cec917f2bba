"""PPI++ on probabilities: one common λ for all labels, and how sure the result is.

The estimate is ȳ + λ (P̄ − p̄): the audited rows' share of a label, moved by how far the model's mean
probability over the whole file is from its mean over the audited rows (Angelopoulos, Duchi & Zrnic 2023;
in survey sampling, the difference estimator of Särndal, Swensson & Wretman 1992). λ is common to the K labels,
so that shares sum to 1 whatever it is. The model may be as wrong as it likes: λ falls, nothing is biased.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.shares.population import Array, Integers, Population, Sample

# What the model expects of its own errors counts as this many audited rows in the variance of a share. Without it a
# sample that happens to hold no error of a rare label looks surer than it is; with more, intervals at n = 100 are
# wider than they need be. Chosen among 0, 5, 10 and 20 by the coverage of make bench-coverage.
PRIOR_ROWS = 5


@dataclass(frozen=True)
class Estimate:
    """Shares (K, sum to 1) with their ``variance`` (K) and degrees of ``freedom``; λ is ``power``.

    ``annotated`` (K) are the shares of the audited rows alone, ``effective`` the number of rows of a
    simple draw that would say as much, ``hits`` (K) the audited rows of each label, ``size`` their number.
    """

    shares: Array
    variance: Array
    freedom: float
    power: float
    annotated: Array
    effective: float
    hits: Integers
    size: int


def power_tuning(population: Population, sample: Sample) -> float:
    """Give λ, from 0 (ignore the model) up: what makes the summed variance of the K shares least.

    For a plain uniform draw, Σ cov(y, p) / Σ var(p) with the file's own variance of p: PPI++'s choice, equal to
    that of ``ppi-python`` where the rest of the file is its unlabelled part, and clipped where it clips. For
    unequal weights or strata, the same ratio within strata, each row counting as in the variance.

    >>> rows = Population(np.array([[1.0, 0.0], [0.0, 1.0]] * 4), np.ones(8))
    >>> from pipeline.shares.population import sample_of
    >>> some = sample_of(rows, np.arange(4), np.array([0, 1, 0, 1]), np.full(4, 0.5), np.zeros(4, dtype=np.int64))
    >>> round(power_tuning(rows, some), 4)
    0.875
    """
    rest = population.size - sample.size
    if rest <= 0:
        return 0.0
    truth, guess = sample.centred(sample.truth), sample.centred(sample.guess)
    importance = sample.expansion**2 * sample.remaining
    together = float(importance @ (truth * guess).sum(axis=1))
    if np.ptp(sample.expansion) < 1e-12 and sample.strata.max(initial=0) == 0:
        alone = population.spread * float(importance.sum())
    else:
        alone = float(importance @ (guess**2).sum(axis=1))
    return float(np.clip(together / alone, 0.0, population.size / rest)) if alone > 0 else 0.0


def estimate(
    population: Population, sample: Sample, power: float | None = None, *, by_commune: bool = False
) -> Estimate:
    """Estimate the shares; λ is found by :func:`power_tuning` unless ``power`` sets it.

    Variances are those of the draw, for a statement about this file; with ``by_commune``, those of a
    statement about communes in general, of which the file's are a sample.
    """
    chosen = power_tuning(population, sample) if power is None else power
    annotated = sample.expansion @ sample.truth
    shares = annotated + chosen * (population.mean - sample.expansion @ sample.guess)
    row_variance, lacking = _draw_variance(sample, chosen)
    simple = float((sample.expansion**2 * sample.remaining).sum())
    effective = 1.0 / simple if simple > 0 else np.inf
    freedom = max(1.0, 1.0 / float((sample.expansion**2).sum()) - 1.0 - sample.strata.max(initial=0))
    variance = row_variance + lacking
    if by_commune:
        between, freedom = _commune_variance(population, sample, chosen)
        variance = between + lacking
        effective = _effective_by_commune(population, sample)
        if np.ptp(numbered(population)[sample.rows]) == 0:
            # One commune read: it says nothing of how communes differ, and counts as one row.
            variance, effective = np.full_like(variance, np.inf), 1.0
    return Estimate(on_the_simplex(shares), variance, freedom, chosen, annotated, effective, sample.hits, sample.size)


def _draw_variance(sample: Sample, power: float) -> tuple[Array, Array]:
    """Give the variance due to the draw (K), and what the model's own expectation of errors adds to it (K).

    The first is Hájek's for unequal probabilities without replacement: Σ (1 − π) a² (r − r̄)² with the usual
    n / (n − 1) within strata. The second lets ``PRIOR_ROWS`` rows as the model expects them join the sample.
    """
    rows = np.bincount(sample.strata)
    small = (rows / np.maximum(rows - 1, 1))[sample.strata]
    importance = sample.expansion**2 * sample.remaining * small
    found = importance @ sample.centred(sample.truth - power * sample.guess) ** 2
    guess = sample.guess
    expected = guess * (1.0 - power * guess) ** 2 + (1.0 - guess) * (power * guess) ** 2
    mean = (1.0 - power) * (guess - sample.centred(guess))
    model = importance @ (expected - mean**2)
    joined = (sample.size * found + PRIOR_ROWS * model) / (sample.size + PRIOR_ROWS)
    return found, np.maximum(joined - found, 0.0)


def _commune_variance(population: Population, sample: Sample, power: float) -> tuple[Array, float]:
    """Give the cluster-robust variance of the shares (K) over communes, and its degrees of freedom.

    A commune's influence is that of all its rows, audited or not, so that communes may be audited in part.
    Each part is divided by 1 − the commune's part of the whole: the jackknife (Bell & McCaffrey 2002, CR3). Degrees
    of freedom come from the effective number of communes (Carter, Schnepel & Steigerwald 2017).
    """
    communes = numbered(population)
    count = int(communes.max()) + 1
    mass = np.bincount(communes, population.mass, count)
    read = np.bincount(communes[sample.rows], sample.expansion, count)
    labels = range(population.probabilities.shape[1])
    far = population.mass[:, None] * (population.probabilities - population.mean)
    file_part = np.stack([np.bincount(communes, far[:, k], count) for k in labels], axis=1)
    rest = sample.truth - power * sample.guess
    rest = sample.expansion[:, None] * (rest - sample.expansion @ rest)
    audit_part = np.stack([np.bincount(communes[sample.rows], rest[:, k], count) for k in labels], axis=1)
    leverage_file, leverage_audit = (1.0 - np.minimum(part, 0.9) for part in (mass, read))
    influence = power * file_part / leverage_file[:, None] + audit_part / leverage_audit[:, None]
    effective = min(1.0 / float((mass**2).sum()), 1.0 / float((read**2).sum()))
    return np.asarray((influence**2).sum(axis=0)), max(1.0, effective - 1.0)


def _effective_by_commune(population: Population, sample: Sample) -> float:
    """Give the rows of a simple draw worth as much as the audited ones: Kish's number over the design effect.

    The effect is that of all labels together, communes against rows; when all rows have one label it cannot be
    seen, and a commune counts as one row.
    """
    by_row = float(((sample.expansion[:, None] * (sample.truth - sample.expansion @ sample.truth)) ** 2).sum())
    if by_row == 0:
        return 1.0 / float((np.bincount(numbered(population)[sample.rows], sample.expansion) ** 2).sum())
    by_commune = float(_commune_variance(population, sample, 0.0)[0].sum())
    return 1.0 / float((sample.expansion**2).sum()) / max(1.0, by_commune / by_row)


def numbered(population: Population) -> Integers:
    """Give the rows' communes (N), each row its own where communes are not known."""
    return np.arange(population.size) if population.communes is None else population.communes


def on_the_simplex(shares: Array) -> Array:
    """Give the nearest shares that are all at least 0 and still sum to 1 (Duchi et al. 2008).

    >>> on_the_simplex(np.array([0.7, 0.4, -0.1])).round(2).tolist()
    [0.65, 0.35, 0.0]
    """
    if shares.min() >= 0.0:
        return shares
    falling = np.sort(shares)[::-1]
    excess = (np.cumsum(falling) - 1.0) / np.arange(1, len(shares) + 1)
    last = np.flatnonzero(falling > excess)[-1]
    return np.asarray(np.maximum(shares - excess[last], 0.0))

"""Planted effects: simulated surveys on the real communes, naive and corrected for label error.

400 communes and about 10,000 services, drawn anew each time. Numbers are negative binomial, truncated at 1; mixes are
Dirichlet-multinomial, so that the services of a commune resemble one another. One effect is planted at a time: the
numbers move by a ratio, the share of one domain by some points, between the first and the last quarter of a covariate.
Predicted labels are right with a given accuracy, which rises with the population (longer texts): errors that know of
the covariate are what misleads a naive analysis. 400 rows, drawn uniformly, are audited.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from marks import write_between

from pipeline.communes import reference_communes
from pipeline.domains import DOMAINS, LABELS
from pipeline.territory import one_hot, pseudo_labels, totals_by_commune
from pipeline.territory.equivalence import all_within_p, differs_p, joint_p
from pipeline.territory.mixes import MixFit, shares_at, shift_of, slopes_statistic
from pipeline.territory.models import count_effect, mix_design, mix_effect, values_of
from pipeline.territory.survey import Survey, quarters

COMMUNES, SERVICES, AUDITED, MARGIN, LEVEL = 400, 10_000, 400, 3.0, 0.95
ALPHA, PRECISION, ELASTICITY = 0.4, 30.0, 0.5
# By how much accuracy rises when the logarithm of the population rises by one standard deviation.
DIFFERENTIAL = 0.03
ACCURACIES = (1.0, 0.9, 0.8)
POINTS = {"zero": 0.0, "small": 2.0, "medium": 5.0, "large": 10.0}
LOG_RATIOS = {"zero": 0.0, "small": 0.1, "medium": 0.2, "large": 0.4}
ELASTICITIES = {"zero": 0.0, "small": 0.1, "medium": 0.3, "large": 0.9}
BASE = np.log([domain.published_share for domain in DOMAINS])
PLANTED = LABELS.index("action_culturelle")


@dataclass
class Tally:
    """What the replicates of one cell gave: estimates, truths, errors, rejections."""

    estimates: list[float]
    truths: list[float]
    covered: list[bool]
    rejected: list[bool]
    second: list[bool]
    joint: list[bool]

    @staticmethod
    def new() -> Tally:
        return Tally([], [], [], [], [], [])

    def row(self, *names: str) -> str:
        """Give a line of the table; bias is in percent of the effect, or in the effect's unit at zero."""
        truth, estimate = np.mean(self.truths), np.mean(self.estimates)
        bias = f"{100 * (estimate - truth) / truth:+.1f} %" if abs(truth) > 1e-9 else f"{estimate - truth:+.3f}"
        rates = [f"{100 * np.mean(values):.1f}" for values in (self.rejected, self.covered) if values]
        rates += [f"{100 * np.mean(values):.1f}" for values in (self.joint, self.second) if values]
        return "| " + " | ".join([*names, f"{truth:.2f}", f"{estimate:.2f}", bias, *rates]) + " |"


def drawn_survey(rng: np.random.Generator, pool: Survey) -> Survey:
    """Draw communes with a probability that rises with the square root of their population."""
    chances = np.sqrt(pool.population)
    chosen = rng.choice(len(pool.names), COMMUNES, replace=False, p=chances / chances.sum())
    kept = np.zeros(len(pool.names), dtype=bool)
    kept[chosen] = True
    return pool.chosen(kept)


def with_numbers(rng: np.random.Generator, survey: Survey, about: str, effect: float) -> Survey:
    """Draw numbers of services; ``effect`` is an elasticity, a log-ratio rural against not, or between quarters."""
    population = values_of(survey, "population")
    values = values_of(survey, about)
    eta = (0.0 if about == "population" else ELASTICITY) * (population - population.mean())
    low, high = (0.0, 1.0) if about in ("population", "rural") else quarters(values)
    eta = eta + effect * (values - values.mean()) / (high - low)
    mean = np.exp(eta) * SERVICES / np.exp(eta).sum()
    sizes = np.zeros(len(mean))
    while (empty := sizes == 0).any():
        sizes[empty] = rng.poisson(rng.gamma(1 / ALPHA, ALPHA * mean[empty]))
    return replace(survey, sizes=sizes)


def true_mix(survey: Survey, about: str, points: float) -> MixFit:
    """Give the model whose planted domain gains about so many points between the covariate's quarters."""
    values = values_of(survey, about)
    low, high = quarters(values)
    design = mix_design(survey, about, values)
    share = np.exp(BASE[PLANTED]) / np.exp(BASE).sum()
    slope = points / 100 / (share * (1 - share)) / (high - low)
    coefficients = np.zeros((design.shape[1], len(LABELS) - 1))
    coefficients[0] = BASE[:-1] - BASE[-1]
    coefficients[0, PLANTED] -= slope * values.mean()
    coefficients[1, PLANTED] = slope
    return MixFit(coefficients, np.zeros((coefficients.size,) * 2), design, survey.sizes, len(LABELS))


def labels_of(rng: np.random.Generator, truth: MixFit, places: np.ndarray) -> np.ndarray:
    """Draw the true labels of services (n)."""
    shares = shares_at(truth.coefficients, truth.design)
    communes = rng.standard_gamma(PRECISION * shares)
    communes /= communes.sum(axis=1, keepdims=True)
    return _drawn(rng, communes[places])


def _drawn(rng: np.random.Generator, chances: np.ndarray) -> np.ndarray:
    return np.minimum((chances.cumsum(axis=1) < rng.random(len(chances))[:, None]).sum(axis=1), chances.shape[1] - 1)


def predicted(rng: np.random.Generator, labels: np.ndarray, skill: np.ndarray) -> np.ndarray:
    """Draw predicted labels (n) given each row's chance to be right; half of the errors go to « autre »."""
    other = np.full((len(LABELS), len(LABELS)), 1 / 6)
    other[:, -1] = 0.5
    other[-1] = 0.25
    np.fill_diagonal(other, 0.0)
    return np.where(rng.random(len(labels)) < skill, labels, _drawn(rng, other[labels]))


def numbers_cell(rng: np.random.Generator, pool: Survey, about: str, effect: float, replicates: int) -> Tally:
    """Plant an effect on numbers; the second rate is that of NB2 against Poisson."""
    tally = Tally.new()
    for _ in range(replicates):
        survey = with_numbers(rng, drawn_survey(rng, pool), about, effect)
        found, fit = count_effect(survey, about)
        tally.estimates.append(found.value)
        tally.truths.append(effect)
        tally.covered.append(abs(found.value - effect) <= found.half(LEVEL))
        tally.rejected.append(differs_p(found.value, found.error, found.degrees) < 0.05)
        tally.second.append(fit.dispersion_p < 0.05)
    return tally


def mix_cells(
    rng: np.random.Generator, pool: Survey, about: str, points: float, replicates: int
) -> dict[tuple[float, str], Tally]:
    """Plant an effect on the mix; each cell is an accuracy and a method."""
    cells = {(accuracy, how): Tally.new() for accuracy in ACCURACIES for how in _methods(accuracy)}
    for _ in range(replicates):
        survey = with_numbers(rng, drawn_survey(rng, pool), "population", ELASTICITY)
        truth = true_mix(survey, about, points)
        low, high = quarters(values_of(survey, about))
        gain = float(shift_of(truth, 1, low, high).points[PLANTED])
        places = np.repeat(np.arange(COMMUNES), survey.sizes.astype(int))
        labels = labels_of(rng, truth, places)
        size = values_of(survey, "population")
        rank = ((size - size.mean()) / size.std())[places]
        audited = np.sort(rng.choice(len(places), AUDITED, replace=False))
        for accuracy in ACCURACIES:
            skill = np.clip(accuracy + DIFFERENTIAL * rank * (accuracy < 1), 0, 1)
            guesses = one_hot(predicted(rng, labels, skill), len(LABELS))
            chances = np.full(AUDITED, AUDITED / len(places))
            corrected = pseudo_labels(guesses, audited, labels[audited], chances)
            for how in _methods(accuracy):
                rows = corrected if how == "corrected" else guesses
                _, totals = totals_by_commune(places, rows, COMMUNES)
                _record(cells[accuracy, how], replace(survey, totals=totals), about, gain)
    return cells


def _methods(accuracy: float) -> tuple[str, ...]:
    """Give what is compared; where every label is right there is nothing to correct."""
    return ("naive", "corrected") if accuracy < 1 else ("true labels",)


def _record(tally: Tally, survey: Survey, about: str, gain: float) -> None:
    found = mix_effect(survey, about)
    place = found.domains.index(LABELS[PLANTED])
    measure = next(m for m in found.measures(about, LEVEL) if m.domain == LABELS[PLANTED])
    tally.estimates.append(float(found.shift.points[place]))
    tally.truths.append(gain)
    tally.covered.append(measure.low <= gain <= measure.high)
    tally.rejected.append(measure.p < 0.05)
    tally.joint.append(joint_p(*slopes_statistic(found.fit, 1), found.shift.degrees) < 0.05)
    tally.second.append(all_within_p(found.shift.points, found.shift.errors, MARGIN, found.shift.degrees) < 0.05)


def pool_of_communes() -> Survey:
    """Give the communes of the table where everything is known."""
    table = reference_communes()
    known = np.isfinite(np.column_stack([table.population, table.density, table.income, table.age])).all(axis=1)
    zeros = np.zeros(len(table.codes))
    regions = np.array(table.regions, dtype=object)
    survey = Survey(
        table.names,
        regions,
        table.population,
        table.density,
        table.income,
        table.age,
        zeros,
        np.zeros((len(table.codes), len(LABELS))),
        LABELS,
        False,
        {},
    )
    return survey.chosen(known)


def _seeded(*names: str) -> np.random.Generator:
    """Give a cell its own seed, so that run alone it gives what it gives among the others."""
    return np.random.default_rng([20161219, *"/".join(names).encode()])


def _wanted(options: argparse.Namespace, about: str, planted: str) -> bool:
    return about in (options.about or [about]) and planted in (options.planted or [planted])


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the cells and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int, default=1000)
    parser.add_argument("--mix-replicates", type=int, default=600)
    parser.add_argument("--only", choices=("numbers", "mixes"), help="one of the two tables, printed and not written")
    parser.add_argument("--dry", action="store_true", help="print, do not write BENCHMARKS.md")
    parser.add_argument("--about", nargs="+", help="only the cells of these covariates, printed and not written")
    parser.add_argument("--planted", nargs="+", choices=tuple(POINTS), help="only these sizes, printed and not written")
    options = parser.parse_args(arguments)
    began, pool = time.perf_counter(), pool_of_communes()
    numbers = [
        "| effect on the number of services | planted | truth | mean estimate | bias | rejects 0, % | coverage, % "
        "| Poisson rejected, % |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    plans = [("population", "elasticity", ELASTICITIES), ("rural", "log-ratio", LOG_RATIOS)]
    plans += [("age", "log-ratio", LOG_RATIOS), ("income", "log-ratio", LOG_RATIOS)]
    for about, unit, sizes in plans if options.only != "mixes" else ():
        for name, effect in sizes.items():
            if not _wanted(options, about, name):
                continue
            signed = -effect if about == "rural" else effect
            tally = numbers_cell(_seeded("numbers", about, name), pool, about, signed, options.replicates)
            numbers.append(tally.row(f"{about} ({unit})", name))
            print(numbers[-1], flush=True)
    mixes = [
        "| effect on the mix | planted | accuracy | labels | truth, points | mean estimate | bias "
        "| rejects 0 for the domain, % | coverage, % | joint test of all domains rejects, % "
        "| equivalence within 3 points shown, % |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for about in ("population", "age", "income") if options.only != "numbers" else ():
        for name, points in POINTS.items():
            if not _wanted(options, about, name):
                continue
            rng = _seeded("mixes", about, name)
            for (accuracy, how), tally in mix_cells(rng, pool, about, points, options.mix_replicates).items():
                mixes.append(tally.row(about, name, f"{100 * accuracy:.0f} %", how))
                print(mixes[-1], flush=True)
    minutes = (time.perf_counter() - began) / 60
    note = f"{options.replicates} and {options.mix_replicates} surveys a cell, {minutes:.0f} minutes on one core."
    if not (options.dry or options.only or options.about or options.planted):
        write_between("territory", [note, "", *numbers, "", *mixes])


if __name__ == "__main__":
    main()

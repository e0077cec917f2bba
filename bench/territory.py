"""Planted effects: simulated surveys on the real communes, naive and corrected for label error.

One effect is planted at a time: the numbers move by a ratio, the share of one domain by some points, between the first
and the last quarter of a covariate. The accuracy of predicted labels rises with the population: errors that know of
the covariate are what misleads a naive analysis. 400 rows, drawn uniformly, are audited. ``--only joint`` compares
tests that no domain moves, on labels whose errors know of the population and on labels whose errors do not.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import joint_tests
import numpy as np
from marks import write_between
from territory_worlds import (
    COMMUNES,
    DIFFERENTIAL,
    ELASTICITY,
    PLANTED,
    drawn_survey,
    labels_of,
    pool_of_communes,
    predicted,
    size_ranks,
    true_mix,
    with_numbers,
)

from pipeline.domains import LABELS
from pipeline.territory import one_hot, pseudo_labels, totals_by_commune
from pipeline.territory.equivalence import all_within_p, differs_p
from pipeline.territory.mixes import shift_of
from pipeline.territory.models import count_effect, mix_effect, values_of
from pipeline.territory.sign_flips import flipped_p
from pipeline.territory.survey import Survey, quarters

AUDITED, MARGIN, LEVEL = 400, 3.0, 0.95
ACCURACIES = (1.0, 0.9, 0.8)
POINTS = {"zero": 0.0, "small": 2.0, "medium": 5.0, "large": 10.0}
LOG_RATIOS = {"zero": 0.0, "small": 0.1, "medium": 0.2, "large": 0.4}
ELASTICITIES = {"zero": 0.0, "small": 0.1, "medium": 0.3, "large": 0.9}


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
        rank = size_ranks(survey, places)
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
    tally.joint.append(flipped_p(found.scores) < 0.05)
    tally.second.append(all_within_p(found.shift.points, found.shift.errors, MARGIN, found.shift.degrees) < 0.05)


def joint_cells(
    rng: np.random.Generator, pool: Survey, about: str, points: float, replicates: int
) -> dict[str, np.ndarray]:
    """Give the p-values (replicates × tests) of tests that no domain moves, by kind of labels."""
    cells: dict[str, list[tuple[float, ...]]] = {}
    for _ in range(replicates):
        survey = with_numbers(rng, drawn_survey(rng, pool), "population", ELASTICITY)
        places = np.repeat(np.arange(COMMUNES), survey.sizes.astype(int))
        labels = labels_of(rng, true_mix(survey, about, points), places)
        for name, rows in _labellings(rng, labels, size_ranks(survey, places)).items():
            found = mix_effect(replace(survey, totals=totals_by_commune(places, rows, COMMUNES)[1]), about)
            cells.setdefault(name, []).append(joint_tests.p_values(found))
    return {name: np.array(rows) for name, rows in cells.items()}


def _labellings(rng: np.random.Generator, labels: np.ndarray, rank: np.ndarray) -> dict[str, np.ndarray]:
    """Give the true labels and those right at 80 %: naive, with errors alike or not, and corrected."""
    audited = np.sort(rng.choice(len(labels), AUDITED, replace=False))
    alike, unlike = (
        one_hot(predicted(rng, labels, np.clip(0.8 + differential * rank, 0, 1)), len(LABELS))
        for differential in (0.0, DIFFERENTIAL)
    )
    chances = np.full(AUDITED, AUDITED / len(labels))
    return {
        "true labels": one_hot(labels, len(LABELS)),
        "naive, errors alike everywhere": alike,
        "naive, fewer errors in large communes": unlike,
        "corrected": pseudo_labels(unlike, audited, labels[audited], chances),
    }


def joint_table(options: argparse.Namespace, pool: Survey) -> list[str]:
    """Give the table of rival joint tests: rejections at 5 %, for each covariate and size that is wanted."""
    names = ["covariate", "planted", "labels", "surveys", *joint_tests.NAMES]
    lines = [f"| {' | '.join(names)} |", "| --- " * len(names) + "|"]
    for about in options.about or ("population", "age", "income"):
        for name in options.planted or ("zero",):
            rng = _seeded("joint", about, name)
            cells = joint_cells(rng, pool, about, POINTS[name], options.mix_replicates)
            for labels, p_values in cells.items():
                rates = [f"{100 * rate:.1f}" for rate in (p_values < 0.05).mean(axis=0)]
                lines.append(f"| {' | '.join([about, name, labels, str(len(p_values)), *rates])} |")
                print(lines[-1], flush=True)
    return lines


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
    parser.add_argument("--only", choices=("numbers", "mixes", "joint"), help="one of the tables")
    parser.add_argument("--dry", action="store_true", help="print, do not write BENCHMARKS.md")
    parser.add_argument("--about", nargs="+", help="only the cells of these covariates, printed and not written")
    parser.add_argument("--planted", nargs="+", choices=tuple(POINTS), help="only these sizes, printed and not written")
    options = parser.parse_args(arguments)
    began, pool = time.perf_counter(), pool_of_communes()
    if options.only == "joint":
        lines = joint_table(options, pool)
        if not options.dry:
            write_between("joint", lines)
        return
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

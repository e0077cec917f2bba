"""From a survey to fitted models of one covariate: the numbers of services, the mix, the log-ratios."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from pipeline.results.territory import Coefficient, CountModel, Measure
from pipeline.territory.composition import ratio_slopes
from pipeline.territory.counts import CountFit, fit_counts
from pipeline.territory.equivalence import differs_p
from pipeline.territory.mixes import MixFit, Shift, commune_weights, fit_mix, shift_of
from pipeline.territory.obstacles import ObstacleError
from pipeline.territory.sign_flips import effective_scores
from pipeline.territory.survey import (
    LEAST_COMMUNES,
    Survey,
    complete,
    density_terms,
    logarithm,
    merged_domains,
    quarters,
    region_terms,
)

Numbers = NDArray[np.float64]

# Terms of regions are kept when each coefficient has at least this many communes.
COMMUNES_PER_TERM = 10


@dataclass(frozen=True)
class Estimate:
    """A difference on the model's scale, its standard error and degrees of freedom, and the communes used."""

    value: float
    error: float
    degrees: int
    n: int

    def half(self, level: float) -> float:
        """Half the width of the interval."""
        return float(special.stdtrit(self.degrees, 0.5 + level / 2) * self.error)

    def measure(self, about: str, unit: str, level: float) -> Measure:
        """Give the measure; a ratio is the exponential of the difference."""
        half, p = self.half(level), differs_p(self.value, self.error, self.degrees)
        scaled = np.exp if unit == "ratio" else float
        value, low, high = (float(scaled(bound)) for bound in (self.value, self.value - half, self.value + half))
        return Measure(about, unit, value, low, high, p, self.n)


@dataclass(frozen=True)
class MixEffect:
    """What the shares gain between the first and last quarter of a covariate: the fit, the shift, and what it used.

    ``scores`` (G × K−1) are what each commune adds to the covariate's score, for the test of all domains together.
    """

    fit: MixFit
    shift: Shift
    domains: tuple[str, ...]
    n: int
    scores: Numbers

    def measures(self, about: str, level: float) -> tuple[Measure, ...]:
        """Give one measure a domain, in points of share, the greatest shift first."""
        quantile = float(special.stdtrit(self.shift.degrees, 0.5 + level / 2))
        found = [
            Measure(
                about,
                "points",
                float(points),
                float(points - quantile * error),
                float(points + quantile * error),
                differs_p(float(points), float(error), self.shift.degrees),
                self.n,
                domain,
            )
            for domain, points, error in zip(self.domains, self.shift.points, self.shift.errors, strict=True)
        ]
        return tuple(sorted(found, key=lambda measure: -abs(measure.value)))


def values_of(survey: Survey, about: str) -> Numbers:
    """Give a covariate on the scale models use: logarithms of population and income, years, 0/1 for rural."""
    scales = {"population": logarithm(survey.population), "income": logarithm(survey.income)}
    return scales[about] if about in scales else np.asarray(getattr(survey, about))


def unknown_communes(survey: Survey, about: str) -> int:
    """Count the communes left out of a finding because a covariate it needs is missing."""
    return 0 if about == "regions" else int((~np.isfinite(np.column_stack(_needed(survey, about))).all(axis=1)).sum())


def _needed(survey: Survey, about: str) -> list[Numbers]:
    needed = [values_of(survey, about), values_of(survey, "population")]
    return [*needed, survey.density] if about in ("rural", "age", "income") and _grid(survey) else needed


def _varied(survey: Survey, about: str) -> tuple[Survey, Numbers]:
    """Keep the communes where population and the covariate are known; refuse a covariate that does not vary."""
    values = values_of(survey, about)
    if survey.sizes.size and not np.isfinite(values).any():
        raise ObstacleError("missing", covariate=about)
    kept = complete(_needed(survey, about))
    if np.ptp(values[kept]) == 0:
        raise ObstacleError("no_variation", covariate=about)
    return survey.chosen(kept), values[kept]


def _grid(survey: Survey) -> bool:
    return bool(2 * np.isfinite(survey.density).sum() > len(survey.density))


def count_design(survey: Survey, about: str, values: Numbers) -> tuple[Numbers, tuple[str, ...]]:
    """Give the design of a model of numbers (G × p) and the names of its columns; column 1 is the covariate."""
    columns, names = [np.ones((len(values), 1)), values[:, None]], ["constant", about]
    if about != "population":
        columns.append(values_of(survey, "population")[:, None])
        names.append("population")
        density, dense_names = density_terms(survey.density)
        if about != "rural" and _grid(survey):
            columns.append(density)
            names += dense_names
        regions, region_names = region_terms(survey.regions)
        if len(values) >= COMMUNES_PER_TERM * (len(names) + len(region_names)):
            columns.append(regions)
            names += region_names
    return np.column_stack(columns), tuple(names)


def count_effect(survey: Survey, about: str) -> tuple[Estimate, CountFit]:
    """Fit numbers of services on a covariate; rural against not, elasticity, or last against first quarter (log)."""
    survey, values = _varied(survey, about)
    design, _ = count_design(survey, about, values)
    fit = fit_counts(survey.sizes, design, not survey.whole)
    span = 1.0
    if about in ("age", "income"):
        low, high = quarters(values)
        span = high - low
    error = float(np.sqrt(fit.covariance[1, 1]))
    degrees = len(values) - design.shape[1]
    return Estimate(span * float(fit.coefficients[1]), span * error, degrees, len(values)), fit


def mix_effect(survey: Survey, about: str) -> MixEffect:
    """Fit the mix on a covariate, population held constant when it is another one."""
    survey = survey.chosen(survey.sizes > 0)
    if len(survey.sizes) < LEAST_COMMUNES:
        raise ObstacleError("too_few", n=len(survey.sizes), least=LEAST_COMMUNES)
    survey, values = _varied(survey, about)
    survey, _ = merged_domains(survey)
    if len(survey.domains) < 2:
        raise ObstacleError("one_domain")
    low, high = quarters(values)
    design, weights = mix_design(survey, about, values), commune_weights(survey.sizes)
    fit = fit_mix(survey.totals, design, weights)
    scores = effective_scores(survey.totals, design, weights, 1)
    return MixEffect(fit, shift_of(fit, 1, low, high), survey.domains, len(values), scores)


def mix_design(survey: Survey, about: str, values: Numbers) -> Numbers:
    """Give the design of a model of the mix (G × p); column 1 is the covariate."""
    columns = [np.ones(len(values)), values]
    if about != "population":
        columns.append(values_of(survey, "population"))
    return np.column_stack(columns)


def ratio_measures(survey: Survey, about: str, level: float) -> tuple[Measure, ...]:
    """Give the change of each centred log-ratio between the first and last quarter of a covariate."""
    survey, values = _varied(survey.chosen(survey.sizes > 0), about)
    survey, _ = merged_domains(survey)
    low, high = quarters(values)
    # Weighted services of a commune, brought back to their number: half a service is added to each against zeros.
    totals = survey.totals * (survey.sizes / survey.totals.sum(axis=1))[:, None]
    found = ratio_slopes(totals, mix_design(survey, about, values), 1, low, high)
    degrees = found.n - 2 - (about != "population")
    half = special.stdtrit(degrees, 0.5 + level / 2) * found.errors
    return tuple(
        Measure(about, "log_ratio", float(c), float(c - h), float(c + h), differs_p(c, e, degrees), found.n, domain)
        for domain, c, h, e in zip(survey.domains, found.change, half, found.errors, strict=True)
    )


def joint_counts(survey: Survey, level: float) -> CountModel:
    """Fit numbers of services on everything at once, on the communes where everything is known."""
    about = [name for name in ("population", "age", "income") if _known(survey, name)]
    if not about:
        raise ObstacleError("missing", covariate="population")
    columns = [values_of(survey, name) for name in about]
    kept = complete([*columns, survey.density] if _grid(survey) else columns)
    survey = survey.chosen(kept)
    density, dense_names = density_terms(survey.density) if _grid(survey) else (np.zeros((kept.sum(), 0)), ())
    regions, region_names = region_terms(survey.regions)
    design = np.column_stack([np.ones(kept.sum()), *(column[kept] for column in columns), density])
    names: tuple[str, ...] = (*about, *dense_names)
    if kept.sum() >= COMMUNES_PER_TERM * (len(names) + 1 + len(region_names)):
        design, names = np.column_stack([design, regions]), (*names, *region_names)
    fit = fit_counts(survey.sizes, design, not survey.whole)
    errors, quantile = np.sqrt(np.diag(fit.covariance)), special.stdtrit(len(design) - design.shape[1], 0.5 + level / 2)
    lines = tuple(
        Coefficient(name, *(float(np.exp(value + sign * quantile * error)) for sign in (0, -1, 1)))
        for name, value, error in zip(names, fit.coefficients[1:], errors[1:], strict=True)
    )
    return CountModel(lines, fit.alpha, fit.dispersion_p, fit.n, fit.truncated)


def _known(survey: Survey, about: str) -> bool:
    values = values_of(survey, about)
    return bool(4 * np.isfinite(values).sum() > len(values))

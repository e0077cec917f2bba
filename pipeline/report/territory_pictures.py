"""The three pictures of the territorial page, drawn by Matplotlib: SVG, PNG, and the table behind each."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.domains import BY_KEY
from pipeline.report.render import domain_name
from pipeline.report.territory_wording import TERRITORY_WORDINGS, TerritoryWording
from pipeline.results.territory_views import Cloud, MixView, RegionView, Views
from pipeline.results.written_numbers import written

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Beyond this number of points an SVG is heavier as shapes than as an image.
POINTS_AS_SHAPES = 1_500
# Hatches tell domains apart in black and white; colours are those of the domains, safe for colour-blind readers.
HATCHES = ("", "///", "...", "xxx", "\\\\\\", "++", "oo")
GREY = "#4d4d4d"

# Tiles of the 18 regions: column, row, short name.
TILES = {
    "Hauts-de-France": (3, 0, "HDF"),
    "Normandie": (2, 1, "NOR"),
    "Île-de-France": (3, 1, "IDF"),
    "Grand Est": (4, 1, "GES"),
    "Bretagne": (1, 2, "BRE"),
    "Pays de la Loire": (2, 2, "PDL"),
    "Centre-Val de Loire": (3, 2, "CVL"),
    "Bourgogne-Franche-Comté": (4, 2, "BFC"),
    "Nouvelle-Aquitaine": (2.5, 3, "NAQ"),
    "Auvergne-Rhône-Alpes": (3.5, 3, "ARA"),
    "Occitanie": (2.5, 4, "OCC"),
    "Provence-Alpes-Côte d'Azur": (3.5, 4, "PAC"),
    "Corse": (4.6, 5, "COR"),
    "Guadeloupe": (-0.6, 1, "GLP"),
    "Martinique": (-0.6, 2, "MTQ"),
    "Guyane": (-0.6, 3, "GUY"),
    "La Réunion": (-0.6, 4, "REU"),
    "Mayotte": (-0.6, 5, "MAY"),
}


@dataclass(frozen=True)
class Picture:
    """A picture: the name of its files, its title, what it shows in words, its SVG, and the table behind it."""

    name: str
    title: str
    alt: str
    svg: bytes
    figure: Figure
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def pictures_of(views: Views, level: float, lang: str) -> tuple[Picture, ...]:
    """Draw the pictures that have something to show; a PNG is drawn when it is asked for."""
    wording = TERRITORY_WORDINGS[lang]
    found = []
    if len(views.cloud.names):
        found.append(_cloud_picture(views.cloud, level, wording))
    if views.mixes:
        found.append(_mix_picture(views.mixes, wording))
    if any(view.services for view in views.regions):
        found.append(_map_picture(views.regions, wording))
    return tuple(found)


def _figure(width: float, height: float) -> Figure:
    from matplotlib import rcParams
    from matplotlib.figure import Figure

    # Text stays text: smaller, and read by screen readers and search.
    rcParams["svg.fonttype"] = "none"
    rcParams["svg.hashsalt"] = "domaines"
    rcParams["hatch.linewidth"] = 0.6
    return Figure(figsize=(width, height), layout="constrained")


def _drawn(figure: Figure) -> tuple[bytes, Figure]:
    svg = io.BytesIO()
    figure.savefig(svg, format="svg", metadata={"Date": None})
    return svg.getvalue(), figure


def png_of(picture: Picture) -> bytes:
    """Draw a picture as PNG."""
    png = io.BytesIO()
    picture.figure.savefig(png, format="png", dpi=160)
    return png.getvalue()


def _cloud_picture(cloud: Cloud, level: float, wording: TerritoryWording) -> Picture:
    figure = _figure(7.6, 4.8)
    axes = figure.add_subplot()
    many = len(cloud.names) > POINTS_AS_SHAPES
    axes.scatter(
        cloud.population,
        cloud.services,
        s=6 if many else 16,
        facecolors="none",
        edgecolors=GREY,
        linewidths=0.5,
        alpha=0.35 if many else 0.8,
        rasterized=many,
    )
    if len(cloud.at):
        label = wording.line.format(level=written(100 * level, wording.lang, 0))
        axes.fill_between(cloud.at, cloud.low, cloud.high, color="#0072B2", alpha=0.25, linewidth=0)
        axes.plot(cloud.at, cloud.line, color="black", linewidth=1.6, label=label)
        axes.legend(frameon=False, loc="upper left")
    axes.set_xscale("log")
    axes.set_yscale("log")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda value, _: written(value, wording.lang, 0 if value >= 1 else 1))
    axes.set_xlabel(wording.population)
    axes.set_ylabel(wording.services)
    axes.spines[["top", "right"]].set_visible(False)
    rows = zip(cloud.names, cloud.population.tolist(), (int(n) for n in cloud.services), strict=True)
    columns = ("commune", "population", "services")
    return Picture("nuage", wording.cloud, wording.cloud_alt, *_drawn(figure), columns, tuple(rows))


def _mix_picture(views: Sequence[MixView], wording: TerritoryWording) -> Picture:
    figure = _figure(9.2, 2.0 + 2.1 * ((len(views) + 1) // 2))
    grid = figure.subplots((len(views) + 1) // 2, 2, squeeze=False)
    for axes, view in zip(grid.flat, views, strict=False):
        _stacked(axes, view, wording)
    for axes in grid.flat[len(views) :]:
        axes.set_axis_off()
    handles, labels = grid.flat[0].get_legend_handles_labels()
    figure.legend(
        handles, labels, loc="outside lower center", ncols=3, frameon=False, handlelength=2.2, handleheight=1.2
    )
    columns = ("selon", "groupe", "communes", "services", "domaine", "part")
    rows = [
        (
            _title(view, wording),
            group,
            view.communes[at],
            view.services[at],
            domain,
            round(float(view.shares[at, k]), 2),
        )
        for view in views
        for at, group in enumerate(group_names(view, wording))
        for k, domain in enumerate(view.domains)
    ]
    return Picture("domaines", wording.mix, wording.mix_alt, *_drawn(figure), columns, tuple(rows))


def _title(view: MixView, wording: TerritoryWording) -> str:
    return {
        "population": wording.by_population,
        "income": wording.by_income,
        "age": wording.by_age,
        "density": wording.by_density,
    }[view.about]


def group_names(view: MixView, wording: TerritoryWording) -> list[str]:
    """Give the names of a view's groups of communes: bounds of quarters, or classes of density."""
    if view.about == "density":
        classes = {1: wording.dense, 2: wording.middle, 3: wording.rural_class}
        return [classes[int(low)] for low, _ in view.groups]
    decimals = 1 if view.about == "age" else 0
    bounds = [
        (written(low, wording.lang, decimals), written(high, wording.lang, decimals)) for low, high in view.groups
    ]
    return [wording.from_to.format(low=low, high=high) for low, high in bounds]


def _stacked(axes: Axes, view: MixView, wording: TerritoryWording) -> None:
    # A corrected share may be slightly negative: drawn as nothing, printed as it is in the table.
    shares = np.clip(view.shares, 0.0, None)
    left = np.zeros(len(shares))
    at = np.arange(len(shares))[::-1]
    for number, domain in enumerate(view.domains):
        known = BY_KEY.get(domain)
        colour = known.colour if known else "#999999"
        label = domain_name(domain, wording.lang)
        hatch = HATCHES[number % len(HATCHES)]
        axes.barh(
            at, shares[:, number], left=left, height=0.78, color=colour, hatch=hatch, edgecolor="white", label=label
        )
        for y, start, width in zip(at, left, shares[:, number], strict=True):
            if width >= 6:
                box = {"facecolor": "white", "edgecolor": "none", "pad": 1.2}
                text = written(float(width), wording.lang, 0)
                axes.text(start + width / 2, y, text, ha="center", va="center", fontsize=8, bbox=box)
        left = left + shares[:, number]
    axes.set_yticks(at, group_names(view, wording), fontsize=8)
    axes.set_xlim(0, max(100.0, float(left.max())))
    axes.set_title(_title(view, wording), loc="left", fontsize=10)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0f} %")
    axes.tick_params(axis="x", labelsize=8)


def ink_on(depth: float) -> str:
    """Give the ink that stands out best on a grey of some depth, 0 black to 1 white: at least 4.5 to 1 (WCAG 1.4.3).

    >>> ink_on(0.4), ink_on(0.5)
    ('white', 'black')
    """
    return "white" if depth < 0.46 else "black"


def _map_picture(views: Sequence[RegionView], wording: TerritoryWording) -> Picture:
    from matplotlib.colors import Normalize
    from matplotlib.patches import Rectangle

    figure = _figure(6.6, 6.2)
    axes = figure.add_subplot()
    shown = {view.region: view for view in views if view.region in TILES}
    rates = [view.rate for view in shown.values() if np.isfinite(view.rate)]
    scale = Normalize(0, max(rates, default=1.0) or 1.0)
    for region, (column, row, short) in TILES.items():
        view = shown.get(region)
        depth = 1 - 0.62 * float(scale(view.rate)) if view and np.isfinite(view.rate) else 1.0
        ink = ink_on(depth)
        axes.add_patch(Rectangle((column, -row), 0.94, 0.94, facecolor=(depth,) * 3, edgecolor=GREY, linewidth=0.8))
        axes.text(column + 0.47, -row + 0.74, short, ha="center", va="center", fontsize=9, weight="bold", color=ink)
        rate = written(view.rate, wording.lang, 2) if view and np.isfinite(view.rate) else "–"
        axes.text(column + 0.47, -row + 0.46, rate, ha="center", va="center", fontsize=11, color=ink)
        count = written(float(view.services), wording.lang, 0) if view else "–"
        text = f"{count} {wording.services.lower()}"
        axes.text(column + 0.47, -row + 0.19, text, ha="center", va="center", fontsize=6.5, color=ink)
    axes.set_xlim(-0.7, 5.65)
    axes.set_ylim(-5.1, 1.05)
    axes.set_aspect("equal")
    axes.set_axis_off()
    columns = ("region", "communes", "services", "habitants", "services_pour_10000")
    rows = tuple((v.region, v.communes, v.services, round(v.inhabitants), round(v.rate, 3)) for v in views)
    return Picture("regions", wording.map, wording.map_alt, *_drawn(figure), columns, rows)

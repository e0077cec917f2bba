"""The diagram of a model card: places worked by hand, and a document that an XML reader reads."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from pipeline.reliability_diagram import reliability_diagram

SVG = "{http://www.w3.org/2000/svg}"


def circles(points: list[tuple[float, float, int]]) -> list[ElementTree.Element]:
    return ElementTree.fromstring(reliability_diagram(points)).findall(f"{SVG}circle")


@pytest.mark.parametrize(
    ("stated", "right", "place"),
    [(0.5, 0.75, ("150.0", "75.0")), (0.0, 0.0, ("0.0", "300.0")), (1.0, 1.0, ("300.0", "0.0"))],
)
def test_a_probability_runs_to_the_right_and_the_share_of_right_ones_upwards(stated, right, place):
    (circle,) = circles([(stated, right, 12)])
    assert (circle.get("cx"), circle.get("cy")) == place


def test_a_point_says_its_numbers_as_the_french_write_them():
    (circle,) = circles([(0.56849, 0.5, 2401)])
    assert circle.findtext(f"{SVG}title") == "0,568 → 0,5 (2401)"


def test_the_diagonal_joins_what_is_said_and_what_is():
    (line,) = ElementTree.fromstring(reliability_diagram([])).findall(f"{SVG}line")
    assert [line.get(name) for name in ("x1", "y1", "x2", "y2")] == ["0", "300", "300", "0"]

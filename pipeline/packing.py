"""A scoring as the files of a model: arrays, and the table of words that people read; read back with shapes checked."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

import numpy as np

from pipeline.arrays import read_arrays, write_arrays
from pipeline.calibration import KNOTS, PARTS, Calibration
from pipeline.features import Families, FeatureSpace
from pipeline.head import Head
from pipeline.names import FeatureNames
from pipeline.scoring import KnownWords, Scoring

# What models of before have not of a calibration, in its order.
OPTIONAL = ("corrections", "parts", "division", "leads", "led")


def packed(scoring: Scoring) -> bytes:
    """Give what training leaves as an ``npz``: sums in single precision, directions in half."""
    names = scoring.space.columns.written
    head = scoring.head
    arrays: dict[str, np.ndarray[Any, Any]] = {
        "features": np.frombuffer(names, dtype=np.uint8),
        "frequencies": scoring.space.frequencies,
        "projection": scoring.projection[:, : len(scoring.labels)].astype(np.float32),
        "bias": head.bias,
        "temperature": np.array(head.calibration.temperature),
        "shift": head.calibration.shift,
        **_optional(head.calibration),
    }
    if head.squares is not None:
        directions = scoring.projection[:, len(scoring.labels) : head.width - head.has_standing]
        arrays |= {"directions": directions.astype(np.float16), "squares": head.squares}
    if head.has_standing:
        arrays["standing"] = scoring.projection[:, -1].astype(np.float16)
    if scoring.known is not None:
        place = {word: number for number, word in enumerate(sorted(scoring.space.lemma_of))}
        arrays |= {
            "known_words": np.array([place[word] for word in scoring.known.number], dtype=np.int32),
            "known_rows": scoring.known.rows,
            "known_masses": scoring.known.masses,
        }
    return write_arrays(arrays)


def _optional(calibration: Calibration) -> dict[str, np.ndarray[Any, Any]]:
    """Give the arrays that models of before have not."""
    given = {name: getattr(calibration, name) for name in OPTIONAL}
    return {name: array for name, array in given.items() if array is not None}


def word_list(scoring: Scoring) -> bytes:
    """Write the word table people can read: word, lemma, and the weight of the word in each domain."""
    space = scoring.space
    known = sorted(space.lemma_of)
    linear, _ = scoring.word_scores(known)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["mot", "lemme", *scoring.labels])
    for word, row in zip(known, linear[:, : len(scoring.labels)], strict=True):
        writer.writerow([word, space.lemma_of[word], *(f"{value:.4f}" for value in row)])
    return out.getvalue().encode()


def unpacked(weights: bytes, words: bytes, config: Mapping[str, Any], most: int) -> Scoring:
    """Read back what :func:`packed` and :func:`word_list` gave; arrays of more than ``most`` bytes are refused.

    Raises one of ``UNUSABLE`` (:mod:`pipeline.arrays`) for anything else.
    """
    arrays = read_arrays(weights, most)
    rows = csv.reader(io.StringIO(words.decode(), newline=""))
    next(rows)
    lemma_of = {row[0]: row[1] for row in rows}
    space = FeatureSpace(
        Families(**config["families"]),
        lemma_of,
        FeatureNames(arrays["features"].tobytes()),
        arrays["frequencies"],
    )
    optional = (arrays.get(name) for name in OPTIONAL)
    calibration = Calibration(float(arrays["temperature"]), arrays["shift"], *optional)
    head = Head(arrays["bias"], calibration, arrays.get("squares"), "standing" in arrays)
    labels = tuple(str(label) for label in config["labels"])
    parts = [arrays["projection"], *([] if head.squares is None else [arrays["directions"]])]
    parts += [arrays["standing"][:, None]] if head.has_standing else []
    projection = np.concatenate(parts, axis=1, dtype=np.float64)
    known = _known(arrays, lemma_of)
    _check_shapes(labels, space, projection, head, known)
    return Scoring(labels, space, projection, head, known)


def _known(arrays: Mapping[str, np.ndarray[Any, Any]], lemma_of: Mapping[str, str]) -> KnownWords | None:
    if "known_rows" not in arrays:
        return None
    words = list(lemma_of)
    # Models of before this array had the rows of all their words.
    places = arrays.get("known_words", np.arange(len(words))).tolist()
    number = {words[place]: row for row, place in enumerate(places)}
    return KnownWords(number, arrays["known_rows"], arrays["known_masses"])


def _check_shapes(
    labels: tuple[str, ...],
    space: FeatureSpace,
    projection: np.ndarray[Any, Any],
    head: Head,
    known: KnownWords | None,
) -> None:
    classes = len(labels)
    expected = {
        "projection": (projection.shape, (space.width, head.width)),
        "frequencies": (space.frequencies.shape, (len(space.columns),)),
        "bias": (head.bias.shape, (classes,)),
        "shift": (head.calibration.shift.shape, (classes,)),
    }
    arrays = [projection, space.frequencies, head.bias, head.calibration.shift]
    if head.squares is not None:
        expected["squares"] = (head.squares.shape, (len(head.squares), classes))
        arrays.append(head.squares)
    corrected = (1 + len(KNOTS), classes, classes)
    # Models of before knew the first mark alone: two parts.
    parts = 2 if head.calibration.leads is None else PARTS
    wanted_of = {
        "corrections": corrected,
        "parts": (parts, *corrected),
        "division": (classes,),
        "leads": (PARTS // 2, classes),
        "led": (PARTS, classes, classes),
    }
    for name, array in _optional(head.calibration).items():
        expected[name] = (array.shape, wanted_of[name])
        arrays.append(array)
    if known is not None:
        expected["known_rows"] = (known.rows.shape, (len(known.number), head.width))
        expected["known_masses"] = (known.masses.shape, (len(known.number),))
        arrays += [known.rows, known.masses]
    for name, (shape, wanted) in expected.items():
        if shape != wanted:
            raise ValueError(f"{name} : forme {shape}, attendue {wanted}")
    if not all(np.isfinite(array).all() for array in arrays):
        raise ValueError("poids non finis")
    if not head.calibration.temperature > 0:
        raise ValueError(f"température {head.calibration.temperature}")

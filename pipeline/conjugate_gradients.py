"""Conjugate gradients for several labels at once, each a column (Hestenes & Stiefel 1952)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from pipeline.calibration import Array

Single = NDArray[np.float32]


def conjugate_gradients(
    product: Callable[[Single], Single], target: Single, steps: int, diagonal: Single | float = 1.0
) -> Single:
    """Give nearly the X (U × K) for which ``product(X)`` is ``target`` (U × K), after so many steps from zero.

    ``product`` maps each column by a symmetric positive definite matrix of its own, whose ``diagonal`` (U × 1), if
    given, scales the unknowns. SciPy's ``cg``, the road not taken, solves for one label at a time.

    >>> matrix = np.array([[2.0, 1.0], [1.0, 3.0]], np.float32)
    >>> target = np.array([[3.0, 1.0], [4.0, 0.0]], np.float32)
    >>> found = conjugate_gradients(lambda unknowns: matrix @ unknowns, target, steps=2)
    >>> np.allclose(found, np.linalg.solve(matrix, target))
    True
    """
    found, residual = np.zeros_like(target), target
    direction = scaled = residual / diagonal
    size = products(residual, scaled)
    for _ in range(steps):
        bent = product(direction)
        far = ratio(size, products(direction, bent))
        found, residual = found + far * direction, residual - far * bent
        scaled = residual / diagonal
        before, size = size, products(residual, scaled)
        direction = scaled + ratio(size, before) * direction
    return found


def products(one: Single, other: Single) -> Array:
    """Give the scalar product of each column with the other's (K), summed in double precision."""
    return np.asarray(np.einsum("ij,ij->j", one, other, dtype=np.float64))


def ratio(above: Array, below: Array) -> Single:
    """Divide, label by label (K); a label that is solved already, of nothing left, moves no more."""
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0).astype(np.float32)

"""One linear score per label, of least squared hinge loss: a support vector machine for each label against the rest.

The loss is LIBLINEAR's (Fan et al. 2008, L2-regularised L2-loss, the constant regularised too). Its minimum is sought
by Newton steps over the rows within the margin (Keerthi & DeCoste 2005), each by a few conjugate gradients.
scikit-learn's ``LinearSVC``, the road not taken, goes through the rows of texts for each label in turn: here the row of
a type is mapped once for all labels and all the texts that hold it, which takes half the time for the same score.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from pipeline.head import Array
from pipeline.textrows import TextRows, dense_part

Single = NDArray[np.float32]
Integers = NDArray[np.int64]

# Conjugate gradients of the first Newton steps, and of all later ones: the first need no precision, for the rows within
# the margin then change.
CONJUGATE, LATER = (2, 6, 12, 16), 20
# A label's weights are found when its gradient is so much smaller than at the start: of 127,693 texts, terms and sides,
# macro-F1 on unseen kinds is 0.8592 with 0.02, 0.8625 with 0.01 (6.3 s of a processor), 0.8625 with 0.002 (9.4 s).
TOLERANCE = 0.01
# Newton steps at most.
STEPS = 30
# Newton steps along one direction: the slope there is made of straight pieces, and a few steps find where it is zero.
LINE = 6


@dataclass(frozen=True)
class Design:
    """Rows of texts as a product, never made (see ``TextRows``), and dense columns beside them, the last of ones.

    ``named`` (types × features) and ``vectors`` (those ``held`` × axes) are the two parts of the rows of types.
    """

    counts: sparse.csr_matrix
    counted: sparse.csr_matrix
    named: sparse.csr_matrix
    naming: sparse.csr_matrix
    held: NDArray[np.intp]
    vectors: Single
    beside: Single

    @staticmethod
    def of(rows: TextRows, named: int, beside: Array) -> Design:
        """Cut the rows of types after the first ``named`` columns, what follows being nearly all there."""
        counts, first = rows.counts.astype(np.float32), rows.types[:, :named].astype(np.float32)
        held, dense = dense_part(rows, named)
        constant = np.ones((len(beside), 1), np.float32)
        last = np.hstack([beside.astype(np.float32), constant])
        return Design(counts, counts.T.tocsr(), first, first.T.tocsr(), held, dense.astype(np.float32), last)

    @property
    def width(self) -> int:
        """How many columns a row has."""
        return int(self.named.shape[1] + self.vectors.shape[1] + self.beside.shape[1])

    def mapped(self, weights: Single) -> Single:
        """Give the scores (n × K) that weights (width × K) give."""
        first, last = self.named.shape[1], self.width - self.beside.shape[1]
        types = self.named @ weights[:first]
        types[self.held] += self.vectors @ weights[first:last]
        return np.asarray(self.counts @ types + self.beside @ weights[last:], dtype=np.float32)

    def summed(self, residuals: Single) -> Single:
        """Give the sums of residuals (n × K) over each column (width × K)."""
        types = self.counted @ residuals
        return np.vstack([self.naming @ types, self.vectors.T @ types[self.held], self.beside.T @ residuals])


def least_squared_hinge(design: Design, numbers: Integers, costs: Array) -> Single:
    """Give weights (width × K) that minimise ½‖w‖² + Σ cost · max(0, 1 − sign · score)² for each label.

    ``numbers`` (n) is each row's label from 0: its sign is 1 for that label, −1 for the others. ``costs`` (n × K).

    >>> rows = TextRows(sparse.csr_matrix(np.eye(2)), sparse.csr_matrix(np.eye(2)))
    >>> design = Design.of(rows, 2, np.zeros((2, 0)))
    >>> np.round(least_squared_hinge(design, np.array([0, 1]), np.full((2, 2), 1e4)), 2).tolist()
    [[1.0, -1.0], [-1.0, 1.0], [0.0, 0.0]]
    """
    weighed = (2 * costs).astype(np.float32)
    signs = np.full(costs.shape, -1, np.float32)
    signs[np.arange(len(numbers)), numbers] = 1
    weights = np.zeros((design.width, costs.shape[1]), np.float32)
    scores = np.zeros_like(signs)
    enough = None
    for step in range(STEPS):
        within = weighed * (signs * scores < 1)
        gradient = weights - design.summed(within * (signs - scores))
        length = _products(gradient, gradient)
        enough = length * TOLERANCE**2 if enough is None else enough
        if (length <= enough).all():
            break
        move, moved = _newton_step(design, within, gradient, CONJUGATE[step] if step < len(CONJUGATE) else LATER)
        far = _line_search(weights, move, scores, moved, signs, weighed)
        weights, scores = weights + far * move, scores + far * moved
    return weights


def _newton_step(design: Design, within: Single, gradient: Single, steps: int) -> tuple[Single, Single]:
    """Give where the quadratic of the rows ``within`` has its least, nearly, and what scores change by on the way."""
    move, moved = np.zeros_like(gradient), np.zeros_like(within)
    residual = -gradient
    direction, size = residual, _products(residual, residual)
    for _ in range(steps):
        mapped = design.mapped(direction)
        bent = direction + design.summed(within * mapped)
        far = _ratio(size, _products(direction, bent))
        move, moved, residual = move + far * direction, moved + far * mapped, residual - far * bent
        before, size = size, _products(residual, residual)
        direction = residual + _ratio(size, before) * direction
    return move, moved


def _line_search(
    weights: Single, move: Single, scores: Single, moved: Single, signs: Single, weighed: Single
) -> Single:
    """Give how far (K) along its move each label's loss is least."""
    along, squared = _products(weights, move), _products(move, move)
    far = np.ones(move.shape[1], np.float32)
    for _ in range(LINE):
        reached = scores + far * moved
        within = weighed * (signs * reached < 1)
        slope = along + far * squared - _products(within * (signs - reached), moved)
        far = far - _ratio(slope, squared + _products(within * moved, moved))
    return far


def _products(one: Single, other: Single) -> Array:
    return np.asarray(np.einsum("ij,ij->j", one, other, dtype=np.float64))


def _ratio(above: Array, below: Array) -> Single:
    """Divide, label by label; a label that is solved already, of nothing left, moves no more."""
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0).astype(np.float32)

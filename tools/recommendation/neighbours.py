"""Which items follow which, go with which, and stand for which: sparse item-to-item matrices learnt from events.

Each matrix has a row for an item that somebody had and scores for what to show next; a history is scored by the sum of its rows,
the last items weighing most. All are cut to the best `KEPT` of a row, so that serving them costs microseconds.

- `transitions`: how often one item came after another, less for each step between them (session and item-to-item models with
  decay; Ludewig & Jannach, *Evaluation of session-based recommendation algorithms*, 2018).
- `together`: how often two items lie near each other in either order, as a cosine (Linden et al., Amazon.com, 2003).
- `ease`: the linear autoencoder of Steck, *Embarrassingly shallow autoencoders for sparse data* (2019), in closed form: the
  ridge regression of each item on all others.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tools.recommendation.events import WEIGHTS, FloatArray, Interactions

Matrix = Any
"""A scipy CSR matrix of float32, (items, items)."""
Float32Array = npt.NDArray[np.float32]

KEPT = 300
DECAY = 0.8
WINDOW = 20
"""Steps after which one item says nothing of another."""
RIDGE = 100.0
MOST = 20_000
"""Items that EASE is solved for, the most wanted: its inverse takes 8 bytes for each pair while it is computed."""


def transitions(rows: Interactions) -> Matrix:
    """Return how often, decayed by distance, the column's item came after the row's; rows divided by the root of their popularity."""
    return _kept(_scaled(_near(rows), rows.popularity(), columns=0.0))


def together(rows: Interactions) -> Matrix:
    """Return how often two items lie near each other, as a cosine."""
    forward = _near(rows)
    return _kept(_scaled(forward + forward.T, rows.popularity(), columns=0.5))


def _near(rows: Interactions) -> Matrix:
    from scipy import sparse  # noqa: PLC0415

    size = len(rows.items)
    found = sparse.csr_matrix((size, size), dtype=np.float32)
    weight = WEIGHTS[rows.kind]
    for step in range(1, WINDOW + 1):
        same = rows.user[step:] == rows.user[:-step]
        if not same.any():
            break
        before, after = rows.item[:-step][same], rows.item[step:][same]
        values = (DECAY ** (step - 1) * weight[:-step][same] * weight[step:][same]).astype(np.float32)
        other = before != after
        found = found + sparse.csr_matrix((values[other], (before[other], after[other])), shape=(size, size))
    return found


def _scaled(matrix: Matrix, popularity: FloatArray, *, columns: float) -> Matrix:
    from scipy import sparse  # noqa: PLC0415

    least = np.maximum(popularity, WEIGHTS[0]).astype(np.float32)
    return (sparse.diags(least**-0.5) @ matrix @ sparse.diags(least**-columns)).tocsr()


def ease(rows: Interactions, *, ridge: float = RIDGE) -> Matrix:
    """Return the positive weights of EASE among the `MOST` most wanted items.

    Args:
        ridge: of the regression; more of it trusts rare pairs less.
    """
    from scipy import sparse  # noqa: PLC0415

    popularity = rows.popularity()
    chosen = np.sort(np.argsort(-popularity, kind="stable")[:MOST])
    chosen = chosen[popularity[chosen] > 0]
    size = len(chosen)
    if size < 2:
        return sparse.csr_matrix((len(rows.items), len(rows.items)), dtype=np.float32)
    place = np.full(len(rows.items), -1)
    place[chosen] = np.arange(size)
    inside = place[rows.item] >= 0
    shape = (len(rows.users), size)
    wanted = sparse.csr_matrix((WEIGHTS[rows.kind][inside], (rows.user[inside], place[rows.item][inside])), shape=shape)
    wanted.data = np.minimum(wanted.data, 1.0).astype(np.float32)
    inverse = _inverse((wanted.T @ wanted).toarray().astype(np.float32), ridge)
    weights = _best_rows(inverse)
    found = sparse.coo_matrix(weights)
    whole = (len(rows.items), len(rows.items))
    return sparse.csr_matrix((found.data, (chosen[found.row], chosen[found.col])), shape=whole, dtype=np.float32)


def _inverse(gram: Float32Array, ridge: float) -> Float32Array:
    """Return the inverse of a Gram matrix plus ridge; the lower triangle holds it, the memory of `gram` is used again."""
    from scipy.linalg import lapack  # noqa: PLC0415

    gram[np.diag_indices(len(gram))] += ridge
    # Fortran order: LAPACK works in place on the transpose, which is equal.
    factor, failed = lapack.spotrf(gram.T, lower=1, overwrite_a=1)
    if failed:
        raise ArithmeticError(f"the Gram matrix of {len(gram)} items is not positive definite")
    inverse, failed = lapack.spotri(factor, lower=1, overwrite_c=1)
    if failed:
        raise ArithmeticError(f"the Gram matrix of {len(gram)} items cannot be inverted")
    return np.asarray(inverse)


def _best_rows(inverse: Float32Array, block: int = 1024) -> Matrix:
    """Return -P[i, j] / P[j, j] where positive, the `KEPT` best of each row, from the lower triangle of P."""
    from scipy import sparse  # noqa: PLC0415

    size = len(inverse)
    diagonal = np.diag(inverse).copy()
    pieces = []
    for start in range(0, size, block):
        end = min(size, start + block)
        rows = np.empty((end - start, size), dtype=np.float32)
        rows[:, :start] = inverse[start:end, :start]
        rows[:, end:] = inverse[end:, start:end].T
        own = np.tril(inverse[start:end, start:end])
        rows[:, start:end] = own + np.tril(own, -1).T
        rows /= -diagonal
        rows[np.arange(end - start), np.arange(start, end)] = 0.0
        if size > KEPT:
            least = np.partition(rows, size - KEPT, axis=1)[:, size - KEPT, None]
            rows[rows < least] = 0.0
        rows[rows < 0] = 0.0
        pieces.append(sparse.csr_matrix(rows))
    return sparse.vstack(pieces).tocsr()


def _kept(matrix: Matrix) -> Matrix:
    """Return the `KEPT` largest of each row."""
    matrix = matrix.tocsr()
    counts = np.diff(matrix.indptr)
    for row in np.flatnonzero(counts > KEPT):
        values = matrix.data[matrix.indptr[row] : matrix.indptr[row + 1]]
        values[values < np.partition(values, len(values) - KEPT)[len(values) - KEPT]] = 0.0
    matrix.eliminate_zeros()
    matrix.sort_indices()
    return matrix.astype(np.float32)

"""A kernel laid into the rows of a matrix: with the right steps a solution, else a misconception."""

import numpy as np


def band(w, n, rows=None, stride=1, padding=0, dilation=1):
    """Lay a kernel into every row of a matrix; what sticks out on either side falls away.

        W[u, stride·u + dilation·a − padding] = w[a]

    Parameters
    ----------
    w : ndarray, (r,)
    n : int
        The number of columns.
    rows : int, optional
        The number of rows; n − r + 1 if not given.
    stride, padding, dilation : int

    Returns
    -------
    W : ndarray, (rows, n)
    """
    W = np.zeros((n - len(w) + 1 if rows is None else rows, n))
    for u in range(len(W)):
        for a in range(len(w)):
            column = stride * u + dilation * a - padding
            if 0 <= column < n:
                W[u, column] = w[a]
    return W

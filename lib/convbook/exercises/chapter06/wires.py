"""What goes back along the wires of a layer: with the right steps a solution, else a misconception."""

import numpy as np


def spread(dy, w, n, stride=1, padding=0, dilation=1, overwrite=False):
    """Paint the kernel onto an input of n samples for every output; what falls outside is dropped.

        dx[stride·u + dilation·a − padding] += w[a] · dy[u]

    Parameters
    ----------
    dy : ndarray, (n',)
    w : ndarray, (r,)
    n : int
    stride, padding, dilation : int
    overwrite : bool
        Put the products in place of what is there, instead of adding them to it.

    Returns
    -------
    dx : ndarray, (n,)
    """
    reach = stride * (len(dy) - 1) + dilation * (len(w) - 1) + 1
    painted = np.zeros(max(reach, n + padding))
    for u in range(len(dy)):
        window = slice(stride * u, stride * u + dilation * (len(w) - 1) + 1, dilation)
        painted[window] = w * dy[u] if overwrite else painted[window] + w * dy[u]
    return painted[padding : padding + n]


def gather(dy, x, r, stride=1, padding=0, dilation=1):
    """Lay the gradient of the output over the input, once for every weight; outside there are zeros.

        dw[a] = Σ_u dy[u] · x[stride·u + dilation·a − padding]

    Parameters
    ----------
    dy : ndarray, (n',)
    x : ndarray, (n,)
    r : int
    stride, padding, dilation : int

    Returns
    -------
    dw : ndarray, (r,)
    """
    reach = stride * (len(dy) - 1) + dilation * (r - 1) + 1
    there = np.zeros(max(reach, len(x) + padding))
    there[padding : padding + len(x)] = x
    patterns = (there[dilation * a :][: stride * (len(dy) - 1) + 1 : stride] for a in range(r))
    return np.array([dy @ pattern for pattern in patterns])

"""Gradients from the definition: nudge every number of the input, and see what the output does.

Slow, and independent of every backward pass: that makes it the referee. Everything is float64, since in
float32 the difference of two nearly equal outputs leaves only a few digits.
"""

import numpy as np

__all__ = ["gradcheck", "numerical_gradient"]

FLOOR = 1e-3  # rounding puts about 1e-11 into a difference quotient, also where the gradient is zero


def numerical_gradient(f, x, dy=1.0, *, eps=1e-5):
    """Nudge each number of the input up and down, and divide the change by the size of the nudge.

        dx[i] = Σ dy · (f(x + ε·e_i) − f(x − ε·e_i)) / 2ε

    Going both ways cancels the error of order ε and leaves ε², so that about ten digits are right. For a
    scalar f and dy = 1 this is the gradient of f; for an array, that of Σ dy·f(x), which is what a backward
    pass computes from `dy`.

    Parameters
    ----------
    f : callable
        Takes an array like `x` and returns a number or an array.
    x : ndarray, float64
        Where; of any rank.
    dy : float or ndarray of the shape of f(x)
        How much each output matters.
    eps : float
        The nudge ε.

    Returns
    -------
    dx : ndarray, float64, of the shape of `x`

    Raises
    ------
    TypeError
        If `x` is not float64.
    ValueError
        If `dy` has neither the shape of f(x) nor none.

    Notes
    -----
    Chapter 6, "Backpropagation through convolution". Where f has a kink (a ReLU at 0, a maximum of equals),
    the two sides disagree and so will any backward pass: keep `x` further than ε from there.
    """
    x = _float64("numerical_gradient", "x", x)
    shape = np.shape(f(x))
    if np.shape(dy) not in ((), shape):
        raise ValueError(f"numerical_gradient: dy has shape {np.shape(dy)}, expected that of f(x), {shape}")
    dx = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        nudge = np.zeros_like(x)
        nudge[i] = eps
        dx[i] = np.sum(dy * (f(x + nudge) - f(x - nudge))) / (2 * eps)
    return dx


def gradcheck(f, backward, inputs, *, tolerance=1e-7, eps=1e-5, seed=0):
    """Compare a backward pass with finite differences, for every input, under a random `dy`.

    With the gradient g of an input from `backward` and ĝ from `numerical_gradient`, its error is

        max|g − ĝ| / max(max|g|, max|ĝ|, 10⁻³)

    so every entry is measured against the largest of its array, and an array of zeros against 10⁻³.

    Parameters
    ----------
    f : callable
        Forward pass, `f(*inputs)`; returns a number or an array.
    backward : callable
        Backward pass, `backward(dy, *inputs)`; returns one gradient for every input, in their order, or the
        gradient itself if there is one input.
    inputs : dict of str to ndarray, float64
        The inputs by name, in the order in which `f` takes them.
    tolerance : float
        The largest error that passes.
    eps : float
        The nudge ε of the finite differences.
    seed : int
        Of the random `dy`, which has the shape of f's result.

    Returns
    -------
    errors : dict of str to float
        The error of each input.

    Raises
    ------
    TypeError
        If an input is not float64.
    ValueError
        If `backward` returns too few or too many gradients, or one with another shape than its input.
    AssertionError
        If an error exceeds the tolerance; the message names the input, the index where it is largest, and
        both gradients there. A NaN in either gradient is such an error.

    Notes
    -----
    Chapter 6, "Backpropagation through convolution".

    Examples
    --------
    >>> x, w = np.array([1.0, 2.0, 4.0]), np.array([3.0, 5.0])
    >>> errors = gradcheck(
    ...     lambda x, w: np.convolve(x, w),
    ...     lambda dy, x, w: (np.correlate(dy, w), np.correlate(dy, x)),
    ...     {"x": x, "w": w},
    ... )
    >>> max(errors.values()) < 1e-7
    True
    """
    inputs = {name: _float64("gradcheck", name, a) for name, a in inputs.items()}
    arrays = list(inputs.values())
    dy = np.random.default_rng(seed).standard_normal(np.shape(f(*arrays)))
    gradients = backward(dy, *arrays)
    if not isinstance(gradients, tuple | list):
        gradients = (gradients,)
    if len(gradients) != len(inputs):
        raise ValueError(f"gradcheck: backward returned {len(gradients)} gradients for {len(inputs)} inputs")

    errors = {}
    for k, (name, a) in enumerate(inputs.items()):
        g = np.asarray(gradients[k])
        if g.shape != a.shape:
            raise ValueError(f"gradcheck: the gradient of {name} has shape {g.shape}, expected {a.shape}")

        def of_one(nudged, k=k):
            return f(*arrays[:k], nudged, *arrays[k + 1 :])

        numerical = numerical_gradient(of_one, a, dy, eps=eps)
        errors[name] = _error(name, g, numerical, tolerance)
    return errors


def _error(name, g, numerical, tolerance):
    """The error of one gradient, if it is small enough."""
    if not g.size:
        return 0.0
    gap = abs(g - numerical)
    worst = np.unravel_index(gap.argmax(), gap.shape)
    error = float(gap[worst] / np.max([abs(g).max(), abs(numerical).max(), FLOOR]))
    if not error <= tolerance:  # written so that NaN fails
        place = f"{name}{[int(i) for i in worst]}" if g.ndim else name
        raise AssertionError(
            f"gradcheck: the gradient of {name} is off by {error:.1e}, expected at most {tolerance:.0e}; "
            f"most so at {place}, where backward gives {g[worst]:.10g} and finite differences "
            f"{numerical[worst]:.10g}"
        )
    return error


def _float64(name, argument, a):
    a = np.asarray(a)
    if a.dtype != np.float64:
        raise TypeError(f"{name}: {argument} has dtype {a.dtype}, expected float64")
    return a

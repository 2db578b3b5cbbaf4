"""Black boxes to probe: linear, time-invariant systems that answer when called."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class LinearSystem:
    """A black box: it answers a signal with a signal of the same length, starting from rest.

        y[i] = Σ_k forward[k] · x[i − k] + Σ_k feedback[k] · y[i − 1 − k]

    Parameters
    ----------
    forward : tuple of float
        Weights of the present and the past inputs.
    feedback : tuple of float
        Weights of the past outputs. With none, the impulse response is `forward` and then zeros.

    Notes
    -----
    Chapter 2, "Any linear, time-invariant system is a convolution".
    """

    forward: tuple[float, ...]
    feedback: tuple[float, ...] = ()

    def __str__(self):
        terms = [f"{c:.4g}·x[i{_ago(k)}]" for k, c in enumerate(self.forward)]
        terms += [f"{c:.4g}·y[i{_ago(k + 1)}]" for k, c in enumerate(self.feedback)]
        return "y[i] = " + " + ".join(terms).replace("+ -", "− ")

    def __call__(self, x):
        """Answer a signal.

        Parameters
        ----------
        x : array_like, (n,)

        Returns
        -------
        y : ndarray, (n,)

        Raises
        ------
        ValueError
            If `x` is not a vector.
        """
        x = np.asarray(x, float)
        if x.ndim != 1:
            raise ValueError(f"system: the input must be a vector, not of shape {x.shape}")
        y = np.zeros(len(x))
        for i in range(len(x)):
            y[i] += sum(c * x[i - k] for k, c in enumerate(self.forward[: i + 1]))
            y[i] += sum(c * y[i - 1 - k] for k, c in enumerate(self.feedback[:i]))
        return y


def _ago(k):
    return f" − {k}" if k else ""

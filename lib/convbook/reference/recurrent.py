"""Networks with a memory: one cell, applied again and again to its own state.

A cell takes an input and a state and returns a new state. `rnn`, `lstm` and `gru` carry the state of their
cell along a sequence, in one loop over time that all three share. Their `*_backward` walks the same loop from
its end: backpropagation through time.

Layout and names are PyTorch's. A sequence is (T, N, D), time first: T steps, N sequences in the batch, D
features; or (T, D). With G gates (RNN 1, LSTM 4, GRU 3) and H hidden units the parameters of a cell are

- `w_ih` (G·H, D) and `b_ih` (G·H,), applied to the input,
- `w_hh` (G·H, H) and `b_hh` (G·H,), applied to the state h; either bias may be None, for zeros,

with the gates stacked in PyTorch's order: i, f, g, o for the LSTM; r, z, n for the GRU. (Other libraries
stack them differently: in ONNX it is i, o, f, g and z, r, n.)

A backward function takes the gradients of the outputs, then the arguments of the forward function, and
returns the gradients of all arrays among these, in their order. None for the gradient of an output means
zeros, and a state or a bias that is None has a gradient all the same. NaN propagates, but what stands after
the end of a sequence is never used.
"""

from dataclasses import dataclass
from itertools import pairwise
from math import prod

import numpy as np

from convbook.reference._arguments import floats, integer
from convbook.reference.activation import sigmoid

__all__ = [
    "clip_grad_norm",
    "gru",
    "gru_backward",
    "gru_cell",
    "gru_cell_backward",
    "lstm",
    "lstm_backward",
    "lstm_cell",
    "lstm_cell_backward",
    "rnn",
    "rnn_backward",
    "rnn_cell",
    "rnn_cell_backward",
]

WEIGHTS = ("w_ih", "w_hh", "b_ih", "b_hh")
ORDERS = {"forward": (1,), "reverse": (-1,), "bidirectional": (1, -1)}


def rnn_cell(x, h, w_ih, w_hh, b_ih=None, b_hh=None, *, nonlinearity="tanh"):
    """Mix what comes in with what is remembered, and squash: Elman's cell.

        h' = tanh(W_ih·x + b_ih + W_hh·h + b_hh)

    Parameters
    ----------
    x : ndarray, (D,) or (N, D)
        Input; any float dtype.
    h : ndarray, (H,) or (N, H), or None for zeros
        State; the dtype of `x`, like all that follow.
    w_ih, w_hh : ndarray, (H, D) and (H, H)
        Weights of the input and of the state.
    b_ih, b_hh : ndarray, (H,), optional
        Biases. Their sum is all that counts, but PyTorch keeps two.
    nonlinearity : "tanh" or "relu"

    Returns
    -------
    h' : ndarray, of the shape of `h`

    Raises
    ------
    TypeError
        If an array is not of a float dtype, or the dtypes differ.
    ValueError
        If a shape does not fit the last axes of `x` and `w_hh`, D and H, or the nonlinearity is another.

    Notes
    -----
    Chapter 15, "Recurrent networks".
    """
    cell = _RNN("rnn_cell", nonlinearity)
    _, (h,) = _prepare(cell, x, h, (w_ih, w_hh, b_ih, b_hh), one_step=True).forward()
    return h


def rnn_cell_backward(dh, x, h, w_ih, w_hh, b_ih=None, b_hh=None, *, nonlinearity="tanh"):
    """Pass the blame of the new state on to the input, the old state and the weights.

        da = dh ⊙ (1 − h'²),      dx = W_ihᵀ·da,      dW_ih = Σ_n da·xᵀ,      db = Σ_n da

    and the same with `h` for `x` and W_hh for W_ih.

    Parameters
    ----------
    dh : ndarray, of the shape of `h`
        Gradient of h'.
    x, h, w_ih, w_hh, b_ih, b_hh, nonlinearity
        As in `rnn_cell`.

    Returns
    -------
    dx, dh, dw_ih, dw_hh, db_ih, db_hh : ndarray

    Raises
    ------
    TypeError, ValueError
        As `rnn_cell`, and if `dh` does not fit.

    Notes
    -----
    Chapter 15, "Recurrent networks".
    """
    cell = _RNN("rnn_cell_backward", nonlinearity)
    step = _prepare(cell, x, h, (w_ih, w_hh, b_ih, b_hh), one_step=True)
    dx, (dh,), *dweights = step.backward(None, dh)
    return dx, dh, *dweights


def lstm_cell(x, state, w_ih, w_hh, b_ih=None, b_hh=None):
    """Keep a memory on a belt that is only scaled and added to: three gates say what to drop, add and show.

        i, f, g, o = W_ih·x + b_ih + W_hh·h + b_hh,      stacked in this order
        c' = σ(f) ⊙ c + σ(i) ⊙ tanh(g)
        h' = σ(o) ⊙ tanh(c')

    Parameters
    ----------
    x : ndarray, (D,) or (N, D)
        Input; any float dtype.
    state : pair of ndarray (h, c), each (H,) or (N, H), or None for zeros
        Output and memory of the step before; the dtype of `x`, like all that follow.
    w_ih, w_hh : ndarray, (4H, D) and (4H, H)
        Weights of the input and of the state.
    b_ih, b_hh : ndarray, (4H,), optional
        Biases.

    Returns
    -------
    (h', c') : pair of ndarray, of the shapes of `state`

    Raises
    ------
    TypeError
        If an array is not of a float dtype, the dtypes differ, or `state` is not a pair.
    ValueError
        If a shape does not fit the last axes of `x` and `w_hh`, D and H.

    Notes
    -----
    Chapter 15, "Recurrent networks".
    """
    _, state = _prepare(_LSTM("lstm_cell"), x, state, (w_ih, w_hh, b_ih, b_hh), one_step=True).forward()
    return state


def lstm_cell_backward(dstate, x, state, w_ih, w_hh, b_ih=None, b_hh=None):
    """Pass the blame of the new state on; along the belt it is only scaled by the forget gate.

        dc += dh' ⊙ σ(o) ⊙ (1 − tanh²(c')),      so that the gradient of the old c is dc ⊙ σ(f)

    Parameters
    ----------
    dstate : pair of ndarray (dh, dc), of the shapes of `state`
        Gradients of h' and c'; either may be None.
    x, state, w_ih, w_hh, b_ih, b_hh
        As in `lstm_cell`.

    Returns
    -------
    dx, (dh, dc), dw_ih, dw_hh, db_ih, db_hh : ndarray

    Raises
    ------
    TypeError, ValueError
        As `lstm_cell`, and if `dstate` does not fit.

    Notes
    -----
    Chapter 15, "Recurrent networks".
    """
    cell = _LSTM("lstm_cell_backward")
    return _prepare(cell, x, state, (w_ih, w_hh, b_ih, b_hh), one_step=True).backward(None, dstate)


def gru_cell(x, h, w_ih, w_hh, b_ih=None, b_hh=None, *, reset_after=True):
    """Slide from the old state to a candidate: one gate says how far, the other what the candidate may see.

        r = σ(W_ir·x + b_ir + W_hr·h + b_hr)
        z = σ(W_iz·x + b_iz + W_hz·h + b_hz)
        n = tanh(W_in·x + b_in + r ⊙ (W_hn·h + b_hn))
        h' = (1 − z) ⊙ n + z ⊙ h

    Parameters
    ----------
    x : ndarray, (D,) or (N, D)
        Input; any float dtype.
    h : ndarray, (H,) or (N, H), or None for zeros
        State; the dtype of `x`, like all that follow.
    w_ih, w_hh : ndarray, (3H, D) and (3H, H)
        Weights of the input and of the state; r, z and n stacked in this order.
    b_ih, b_hh : ndarray, (3H,), optional
        Biases.
    reset_after : bool
        True resets after the product, as above and in PyTorch. False resets before it, as the GRU was first
        published (and as ONNX has it by default): n = tanh(W_in·x + b_in + W_hn·(r ⊙ h) + b_hn).

    Returns
    -------
    h' : ndarray, of the shape of `h`

    Raises
    ------
    TypeError
        If an array is not of a float dtype, or the dtypes differ.
    ValueError
        If a shape does not fit the last axes of `x` and `w_hh`, D and H.

    Notes
    -----
    Chapter 15, "Recurrent networks".
    """
    cell = _GRU("gru_cell", reset_after)
    _, (h,) = _prepare(cell, x, h, (w_ih, w_hh, b_ih, b_hh), one_step=True).forward()
    return h


def gru_cell_backward(dh, x, h, w_ih, w_hh, b_ih=None, b_hh=None, *, reset_after=True):
    """Pass the blame of the new state on: the share z straight to the old state, the rest to the candidate.

        dn = dh' ⊙ (1 − z),      dz = dh' ⊙ (h − n),      dr = dn ⊙ (1 − n²) ⊙ (W_hn·h + b_hn)

    Parameters
    ----------
    dh : ndarray, of the shape of `h`
        Gradient of h'.
    x, h, w_ih, w_hh, b_ih, b_hh, reset_after
        As in `gru_cell`.

    Returns
    -------
    dx, dh, dw_ih, dw_hh, db_ih, db_hh : ndarray

    Raises
    ------
    TypeError, ValueError
        As `gru_cell`, and if `dh` does not fit.

    Notes
    -----
    Chapter 15, "Recurrent networks".
    """
    cell = _GRU("gru_cell_backward", reset_after)
    step = _prepare(cell, x, h, (w_ih, w_hh, b_ih, b_hh), one_step=True)
    dx, (dh,), *dweights = step.backward(None, dh)
    return dx, dh, *dweights


def rnn(x, h0, w_ih, w_hh, b_ih=None, b_hh=None, *, nonlinearity="tanh", lengths=None, direction="forward"):
    """Read a sequence step by step with one cell, the same weights every time.

        h_t = tanh(W_ih·x_t + b_ih + W_hh·h_{t−1} + b_hh),      y_t = h_t

    Parameters
    ----------
    x : ndarray, (T, D) or (T, N, D)
        A sequence or a batch of them, time first; any float dtype.
    h0 : ndarray, (H,) or (N, H), or None for zeros
        State before the first step; the dtype of `x`, like all that follow.
    w_ih, w_hh, b_ih, b_hh, nonlinearity
        As in `rnn_cell`.
    lengths : array of int, (N,), or int with x (T, D), optional
        How many steps of each sequence count, 0 … T. After its end the state of a sequence stays and its
        output is 0, as with PyTorch's packed sequences.
    direction : "forward", "reverse" or "bidirectional"
        "reverse" reads each sequence from its own end; y[t] still belongs to x[t]. "bidirectional" does
        both, with weights and states of their own: every array but `x` has a first axis of 2, forward first.

    Returns
    -------
    y : ndarray, (T, H) or (T, N, H)
        The state after every step; both directions side by side, (…, 2H), forward first.
    h : ndarray, of the shape of `h0`
        The state after the last step.

    Raises
    ------
    TypeError
        If an array is not of a float dtype, the dtypes differ, or the lengths are not ints.
    ValueError
        If a shape does not fit the last axes of `x` and `w_hh`, D and H; a length is not in 0 … T; there is
        no step at all; or the nonlinearity or the direction is another.

    Notes
    -----
    Chapter 15, "Recurrent networks".
    """
    cell = _RNN("rnn", nonlinearity)
    y, (h,) = _prepare(cell, x, h0, (w_ih, w_hh, b_ih, b_hh), lengths, direction).forward()
    return y, h


def rnn_backward(
    dy,
    dh,
    x,
    h0,
    w_ih,
    w_hh,
    b_ih=None,
    b_hh=None,
    *,
    nonlinearity="tanh",
    lengths=None,
    direction="forward",
    truncate=None,
):
    """Walk back through time: each step adds its blame to that of the steps after it.

        dh_t = dy_t + W_hhᵀ·da_{t+1},      da_t = dh_t ⊙ (1 − h_t²),      dW_hh = Σ_t da_t·h_{t−1}ᵀ

    One W serves every step, so its gradient is the sum over time.

    Parameters
    ----------
    dy : ndarray, of the shape of y, or None for zeros
        Gradient of y; what stands after the end of a sequence is ignored.
    dh : ndarray, of the shape of `h0`, or None for zeros
        Gradient of the last state.
    x, h0, w_ih, w_hh, b_ih, b_hh, nonlinearity, lengths, direction
        As in `rnn`.
    truncate : int, optional
        Truncated backpropagation: time is cut into chunks of `truncate` = k steps, 0 … k − 1, k … 2k − 1 and
        so on. States cross the cuts, gradients do not, so that each step is blamed only for losses of its
        own chunk: what automatic differentiation gives if the state is detached at every cut.

    Returns
    -------
    dx, dh0, dw_ih, dw_hh, db_ih, db_hh : ndarray

    Raises
    ------
    TypeError, ValueError
        As `rnn`, and if `dy`, `dh` or `truncate` does not fit.

    Notes
    -----
    Chapter 15, "Recurrent networks".
    """
    cell = _RNN("rnn_backward", nonlinearity)
    layer = _prepare(cell, x, h0, (w_ih, w_hh, b_ih, b_hh), lengths, direction)
    dx, (dh0,), *dweights = layer.backward(dy, dh, truncate)
    return dx, dh0, *dweights


def lstm(x, state, w_ih, w_hh, b_ih=None, b_hh=None, *, lengths=None, direction="forward"):
    """Read a sequence step by step with one `lstm_cell`.

        h_t, c_t = lstm_cell(x_t, (h_{t−1}, c_{t−1}), …),      y_t = h_t

    Parameters
    ----------
    x : ndarray, (T, D) or (T, N, D)
        A sequence or a batch of them, time first; any float dtype.
    state : pair of ndarray (h0, c0), each (H,) or (N, H), or None for zeros
        State before the first step.
    w_ih, w_hh, b_ih, b_hh
        As in `lstm_cell`.
    lengths, direction
        As in `rnn`.

    Returns
    -------
    y : ndarray, (T, H) or (T, N, H)
        The output h after every step; both directions side by side, (…, 2H).
    (h, c) : pair of ndarray, of the shapes of `state`
        The state after the last step.

    Raises
    ------
    TypeError, ValueError
        As `lstm_cell` and `rnn`.

    Notes
    -----
    Chapter 15, "Recurrent networks".
    """
    return _prepare(_LSTM("lstm"), x, state, (w_ih, w_hh, b_ih, b_hh), lengths, direction).forward()


def lstm_backward(
    dy,
    dstate,
    x,
    state,
    w_ih,
    w_hh,
    b_ih=None,
    b_hh=None,
    *,
    lengths=None,
    direction="forward",
    truncate=None,
):
    """Walk an LSTM back through time; along the belt the blame of late steps reaches early ones undamped.

        ∂c_T/∂c_0 = Π_t σ(f_t)      along the belt, as long as the gates do not listen to h

    Parameters
    ----------
    dy : ndarray, of the shape of y, or None for zeros
        Gradient of y.
    dstate : pair of ndarray (dh, dc), of the shapes of `state`, or None for zeros
        Gradients of the last state; either may be None.
    x, state, w_ih, w_hh, b_ih, b_hh, lengths, direction
        As in `lstm`.
    truncate : int, optional
        As in `rnn_backward`.

    Returns
    -------
    dx, (dh0, dc0), dw_ih, dw_hh, db_ih, db_hh : ndarray

    Raises
    ------
    TypeError, ValueError
        As `lstm`, and if `dy`, `dstate` or `truncate` does not fit.

    Notes
    -----
    Chapter 15, "Recurrent networks".
    """
    layer = _prepare(_LSTM("lstm_backward"), x, state, (w_ih, w_hh, b_ih, b_hh), lengths, direction)
    return layer.backward(dy, dstate, truncate)


def gru(x, h0, w_ih, w_hh, b_ih=None, b_hh=None, *, reset_after=True, lengths=None, direction="forward"):
    """Read a sequence step by step with one `gru_cell`.

        h_t = gru_cell(x_t, h_{t−1}, …),      y_t = h_t

    Parameters
    ----------
    x : ndarray, (T, D) or (T, N, D)
        A sequence or a batch of them, time first; any float dtype.
    h0 : ndarray, (H,) or (N, H), or None for zeros
        State before the first step.
    w_ih, w_hh, b_ih, b_hh, reset_after
        As in `gru_cell`.
    lengths, direction
        As in `rnn`.

    Returns
    -------
    y : ndarray, (T, H) or (T, N, H)
        The state after every step; both directions side by side, (…, 2H).
    h : ndarray, of the shape of `h0`
        The state after the last step.

    Raises
    ------
    TypeError, ValueError
        As `gru_cell` and `rnn`.

    Notes
    -----
    Chapter 15, "Recurrent networks".
    """
    cell = _GRU("gru", reset_after)
    y, (h,) = _prepare(cell, x, h0, (w_ih, w_hh, b_ih, b_hh), lengths, direction).forward()
    return y, h


def gru_backward(
    dy,
    dh,
    x,
    h0,
    w_ih,
    w_hh,
    b_ih=None,
    b_hh=None,
    *,
    reset_after=True,
    lengths=None,
    direction="forward",
    truncate=None,
):
    """Walk a GRU back through time: `gru_cell_backward` from the last step to the first.

        dx_t, dh_{t−1}, … = gru_cell_backward(dy_t + dh_t, x_t, h_{t−1}, …),      dW = Σ_t dW_t

    Parameters
    ----------
    dy : ndarray, of the shape of y, or None for zeros
        Gradient of y.
    dh : ndarray, of the shape of `h0`, or None for zeros
        Gradient of the last state.
    x, h0, w_ih, w_hh, b_ih, b_hh, reset_after, lengths, direction
        As in `gru`.
    truncate : int, optional
        As in `rnn_backward`.

    Returns
    -------
    dx, dh0, dw_ih, dw_hh, db_ih, db_hh : ndarray

    Raises
    ------
    TypeError, ValueError
        As `gru`, and if `dy`, `dh` or `truncate` does not fit.

    Notes
    -----
    Chapter 15, "Recurrent networks".
    """
    cell = _GRU("gru_backward", reset_after)
    layer = _prepare(cell, x, h0, (w_ih, w_hh, b_ih, b_hh), lengths, direction)
    dx, (dh0,), *dweights = layer.backward(dy, dh, truncate)
    return dx, dh0, *dweights


def clip_grad_norm(gradients, max_norm, norm_type=2.0):
    """Shorten a gradient that is too long, and keep its direction.

        g ← g · min(1, max_norm / (‖g‖ + 10⁻⁶))

    with the norm taken over all the arrays as if they were one vector.

    Parameters
    ----------
    gradients : sequence of ndarray
        One for each parameter; any float dtypes.
    max_norm : float
        The longest that passes.
    norm_type : float
        p of the norm; `np.inf` for the largest entry.

    Returns
    -------
    norm : float
        The length before.
    clipped : list of ndarray
        New arrays, each of the dtype of its gradient.

    Raises
    ------
    TypeError
        If a gradient is not of a float dtype.

    Notes
    -----
    Chapter 15, "Recurrent networks". The 10⁻⁶ is that of PyTorch's `clip_grad_norm_`, which clips in place. A
    NaN or an infinity in any gradient is in the norm too, and then in every gradient.
    """
    gradients = [floats("clip_grad_norm", **{f"gradients[{i}]": g})[0] for i, g in enumerate(gradients)]
    norm = np.linalg.norm([np.linalg.norm(g.ravel(), norm_type) for g in gradients], norm_type)
    scale = np.minimum(1.0, max_norm / (norm + 1e-6))
    return float(norm), [np.asarray(g * scale, g.dtype) for g in gradients]


# One step of each cell, and the same step back. `ax` is W_ih·x + b_ih, which needs no state and is computed
# for all times at once; `memory` is what a step keeps for its way back. Back come the gradients of `ax` and
# of what W_hh put out; what W_hh took in, once for all gates or for each; the gradients of the old state.


@dataclass(frozen=True)
class _RNN:
    name: str  # of the caller, for what it may have to say
    nonlinearity: str
    gates = 1
    state = ("h",)

    def __post_init__(self):
        if self.nonlinearity not in ("tanh", "relu"):
            raise ValueError(f"{self.name}: nonlinearity must be 'tanh' or 'relu', got {self.nonlinearity!r}")

    def step(self, ax, state, w_hh, b_hh):
        (h,) = state
        a = ax + h @ w_hh.T + b_hh
        h_new = np.tanh(a) if self.nonlinearity == "tanh" else np.maximum(a, 0)
        return (h_new,), (h, h_new)

    def back(self, dstate, memory, w_hh):
        (dh,), (h, h_new) = dstate, memory
        da = dh * (1 - h_new**2) if self.nonlinearity == "tanh" else np.where(h_new <= 0, 0, dh)
        return da, da, (h,), (da @ w_hh,)


@dataclass(frozen=True)
class _LSTM:
    name: str
    gates = 4
    state = ("h", "c")

    def step(self, ax, state, w_hh, b_hh):
        h, c = state
        i, f, g, o = np.split(ax + h @ w_hh.T + b_hh, 4, axis=1)
        i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
        c_new = f * c + i * g
        shown = np.tanh(c_new)
        return (o * shown, c_new), (h, c, i, f, g, o, shown)

    def back(self, dstate, memory, w_hh):
        (dh, dc), (h, c, i, f, g, o, shown) = dstate, memory
        dc = dc + dh * o * (1 - shown**2)
        di, df, dg, do = dc * g, dc * c, dc * i, dh * shown
        da = np.concatenate([di * i * (1 - i), df * f * (1 - f), dg * (1 - g**2), do * o * (1 - o)], axis=1)
        return da, da, (h,), (da @ w_hh, dc * f)


@dataclass(frozen=True)
class _GRU:
    name: str
    reset_after: bool
    gates = 3
    state = ("h",)

    def step(self, ax, state, w_hh, b_hh):
        (h,) = state
        gates = 2 * h.shape[1]  # the rows of r and z; those of n follow
        (w_rz, w_n), (b_rz, b_n) = np.split(w_hh, [gates]), np.split(b_hh, [gates])
        r, z = np.split(sigmoid(ax[:, :gates] + h @ w_rz.T + b_rz), 2, axis=1)
        u = h @ w_n.T + b_n if self.reset_after else r * h  # before the reset, or after
        n = np.tanh(ax[:, gates:] + (r * u if self.reset_after else u @ w_n.T + b_n))
        return ((1 - z) * n + z * h,), (h, r, z, n, u)

    def back(self, dstate, memory, w_hh):
        (dh,), (h, r, z, n, u) = dstate, memory
        w_rz, w_n = np.split(w_hh, [2 * h.shape[1]])
        da_n = dh * (1 - z) * (1 - n**2)
        if self.reset_after:
            dr, da_hn = da_n * u, da_n * r
            taken_in, dh_n = (h,), da_hn @ w_n
        else:
            du, da_hn = da_n @ w_n, da_n
            taken_in, dr, dh_n = (h, h, u), du * h, du * r
        da_rz = np.concatenate([dr * r * (1 - r), dh * (h - n) * z * (1 - z)], axis=1)
        dax, dah = (np.concatenate([da_rz, d], axis=1) for d in (da_n, da_hn))
        return dax, dah, taken_in, (dh * z + da_rz @ w_rz + dh_n,)


# The loop over time. `order` lists the times as they are read; `live`, (T, N, 1), says which sequences have
# not ended.


def _unroll(cell, x, live, order, state, w_ih, w_hh, b_ih, b_hh):
    """Carry the state along the sequence; yield it after every step, with what the step remembers."""
    ax = x @ w_ih.T
    ax += b_ih
    for t in order:
        new, memory = cell.step(ax[t], state, w_hh, b_hh)
        state = [np.where(live[t], after, before) for after, before in zip(new, state, strict=True)]
        yield t, state, memory


def _run(cell, x, live, order, state0, *weights):
    """The outputs of all steps, and the last state."""
    y = np.zeros((*x.shape[:2], state0[0].shape[1]), x.dtype)
    for t, state, _ in _unroll(cell, x, live, order, state0, *weights):
        y[t] = np.where(live[t], state[0], 0)
    return y, state


def _run_back(cell, dy, dstate, truncate, x, live, order, state0, w_ih, w_hh, b_ih, b_hh):
    """Carry the gradient of the state back from step to step, then add up what the steps say of W."""
    steps = list(_unroll(cell, x, live, order, state0, w_ih, w_hh, b_ih, b_hh))
    cut = _cuts(live, order, truncate)
    dax, dah = np.zeros((2, *x.shape[:2], len(w_ih)), x.dtype)
    taken_in = [None] * len(x)
    for t, _, memory in reversed(steps):
        dh, *dc = dstate
        # A sequence that has ended takes no part in the step, and the gradient of its state passes by.
        dnew = [np.where(live[t], d, 0) for d in (dh + dy[t], *dc)]
        dax[t], dah[t], taken_in[t], dold = cell.back(dnew, memory, w_hh)
        dstate = [
            np.where(live[t], np.where(cut[t], 0, through), past)
            for through, past in zip(dold, dstate, strict=True)
        ]
    # The same weights serve every step, so their gradients add.
    taken_in = [np.stack(h) for h in zip(*taken_in, strict=True)]
    blocks = zip(np.split(dah, len(taken_in), axis=2), taken_in, strict=True)
    dw_ih, dw_hh = _products(dax, x), np.concatenate([_products(da, h) for da, h in blocks])
    return dax @ w_ih, dstate, dw_ih, dw_hh, dax.sum(axis=(0, 1)), dah.sum(axis=(0, 1))


def _products(da, x):
    """Σ da·xᵀ over time and batch."""
    return np.tensordot(da, x, axes=((0, 1), (0, 1)))


def _cuts(live, order, truncate):
    """The steps that keep blame from the state before: the first of every chunk, but not of the sequence."""
    cut = np.zeros_like(live)
    if truncate is not None:
        for before, t in pairwise(order):
            cut[t] = live[before] & live[t] & (before // truncate != t // truncate)
    return cut


@dataclass(frozen=True)
class _Layer:
    """The arguments in one form, with axes for time and batch, and the shapes that lead back to the caller's.

    Attributes
    ----------
    cell : _RNN, _LSTM or _GRU
    x : ndarray, (T, N, D)
        Zero where a sequence has ended.
    live : ndarray of bool, (T, N, 1)
    directions : list of tuple
        For each direction: `order`, `state0` and the four weights.
    shapes : dict of str to tuple of int
        Of the caller's arrays: x, y, the weights and the parts of the state.
    """

    cell: object
    x: np.ndarray
    live: np.ndarray
    directions: list
    shapes: dict

    def forward(self):
        runs = [_run(self.cell, self.x, self.live, *direction) for direction in self.directions]
        ys, states = zip(*runs, strict=True)
        return np.concatenate(ys, axis=2).reshape(self.shapes["y"]), self._join(self.cell.state, states)

    def backward(self, dy, dstate, truncate=None):
        if truncate is not None:
            truncate = integer(self.cell.name, "truncate", truncate)
        both, (steps, batch, _) = len(self.directions), self.x.shape
        units = self.shapes["h"][-1]
        dy = self._gradient_of("y", dy).reshape(steps, batch, both, units)
        dstate = [
            self._gradient_of(part, d).reshape(both, batch, units)
            for part, d in zip(self.cell.state, _parts(self.cell, "dstate", dstate), strict=True)
        ]
        runs = [
            _run_back(self.cell, dy[:, :, k], [d[k] for d in dstate], truncate, self.x, self.live, *direction)
            for k, direction in enumerate(self.directions)
        ]
        dxs, dstates, *dweights = zip(*runs, strict=True)
        dx = sum(dxs).reshape(self.shapes["x"])
        return dx, self._join(self.cell.state, dstates), *self._join(WEIGHTS, zip(*dweights, strict=True))

    def _gradient_of(self, output, d):
        """The gradient of an output, checked; zeros for None."""
        shape = self.shapes[output]
        if d is None:
            return np.zeros(shape, self.x.dtype)
        _, d = floats(self.cell.name, x=self.x, **{f"d{output}": d})
        if d.shape != shape:
            raise ValueError(f"{self.cell.name}: d{output} has shape {d.shape}, expected {shape}")
        return d

    def _join(self, names, directions):
        """Results of every direction as arrays of the caller's shapes."""
        arrays = zip(names, zip(*directions, strict=True), strict=True)
        return tuple(np.stack(parts).reshape(self.shapes[name]) for name, parts in arrays)


def _prepare(cell, x, state, weights, lengths=None, direction="forward", one_step=False):
    """Check the arguments of a layer, or with `one_step` of a cell: a layer without an axis for time."""
    name = cell.name
    if direction not in ORDERS:
        raise ValueError(
            f"{name}: direction must be 'forward', 'reverse' or 'bidirectional', got {direction!r}"
        )
    given = {"x": x} | dict(zip(WEIGHTS, weights, strict=True))
    given |= dict(zip(cell.state, _parts(cell, "state", state), strict=True))
    given = {argument: a for argument, a in given.items() if a is not None}
    called = {argument: argument for argument in given} | ({} if one_step else {"h": "h0", "c": "c0"})
    given = dict(zip(given, floats(name, **{called[k]: a for k, a in given.items()}), strict=True))
    x, w_hh = given["x"], given["w_hh"]
    if x.ndim not in ((1, 2) if one_step else (2, 3)):
        expected = "(D,) or (N, D)" if one_step else "(T, D) or (T, N, D)"
        raise ValueError(f"{name}: x has shape {x.shape}, expected {expected}")
    steps, batch = (1, x.shape[:-1]) if one_step else (len(x), x.shape[1:-1])
    inputs, units = x.shape[-1], w_hh.shape[-1] if w_hh.ndim else 0
    if not (steps and inputs and units):
        raise ValueError(f"{name}: x has shape {x.shape} and w_hh {w_hh.shape}; only a batch may be empty")

    both = (2,) if direction == "bidirectional" else ()
    rows = (*both, cell.gates * units)
    shapes = {"x": x.shape, "w_ih": (*rows, inputs), "w_hh": (*rows, units), "b_ih": rows, "b_hh": rows}
    shapes |= {part: (*both, *batch, units) for part in cell.state}
    for argument, a in given.items():
        if a.shape != shapes[argument]:
            raise ValueError(
                f"{name}: {called[argument]} has shape {a.shape}, expected {shapes[argument]} "
                f"for D = {inputs} (last axis of x), H = {units} (last axis of w_hh) and G = {cell.gates}"
            )

    arrays = {argument: given.get(argument, np.zeros(shapes[argument], x.dtype)) for argument in shapes}
    if not both:
        arrays = {argument: a[None] for argument, a in arrays.items()}
    directions = [
        (
            range(steps)[::sign],
            [arrays[part][k].reshape(-1, units) for part in cell.state],
            *(arrays[w][k] for w in WEIGHTS),
        )
        for k, sign in enumerate(ORDERS[direction])
    ]
    live = np.arange(steps)[:, None, None] < _lengths(name, lengths, steps, batch).reshape(-1, 1)
    x = np.where(live, x.reshape(steps, prod(batch), inputs), 0)
    shapes["y"] = (*given["x"].shape[:-1], len(directions) * units)
    return _Layer(cell, x, live, directions, shapes)


def _parts(cell, argument, state):
    """The one or two arrays of a state."""
    if len(cell.state) == 1:
        return (state,)
    if state is None:
        return None, None
    if not isinstance(state, tuple | list) or len(state) != 2:
        raise TypeError(
            f"{cell.name}: {argument} must be a pair, for h and c, or None; got {type(state).__name__}"
        )
    return state


def _lengths(name, lengths, steps, batch):
    """The number of steps of each sequence."""
    if lengths is None:
        return np.full(batch, steps)
    lengths = np.asarray(lengths)
    if lengths.dtype.kind not in "iu":
        raise TypeError(f"{name}: lengths has dtype {lengths.dtype}, expected ints")
    if lengths.shape != batch:
        raise ValueError(
            f"{name}: lengths has shape {lengths.shape}, expected {batch}, one for each sequence"
        )
    if ((lengths < 0) | (lengths > steps)).any():
        raise ValueError(f"{name}: lengths must be in 0 … {steps}, the steps of x, got {lengths.tolist()}")
    return lengths

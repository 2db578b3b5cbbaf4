"""A step of SGD with momentum and a penalty."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.exercises.strategies import array


@st.composite
def _steps(draw, momentum=True, decay=True):
    shape = draw(st.sampled_from([(1,), (2,), (3,), (2, 3)]))
    return {
        "w": draw(array(shape)),
        "v": draw(array(shape)),
        "dw": draw(array(shape)),
        "lr": draw(st.sampled_from((0.5, 0.25, 0.1))),
        "momentum": draw(st.sampled_from((0.5, 0.9, 0.75))) if momentum else 0.0,
        "weight_decay": draw(st.sampled_from((1.0, 0.5, 0.125))) if decay else 0.0,
    }


def _right(w, v, dw, *, lr, momentum, weight_decay):
    v = momentum * v + dw + weight_decay * w
    return w - lr * v, v


def _old_velocity(w, v, dw, *, lr, momentum, weight_decay):
    """The weights move by the old velocity: first the velocity takes up the gradient, then they move."""
    return w - lr * v, momentum * v + dw + weight_decay * w


def _averaged(w, v, dw, *, lr, momentum, weight_decay):
    """The gradient is multiplied by 1 − μ; here it enters the velocity in full."""
    v = momentum * v + (1 - momentum) * (dw + weight_decay * w)
    return w - lr * v, v


def _rate_inside(w, v, dw, *, lr, momentum, weight_decay):
    """The rate is inside the velocity: v is a sum of gradients, and ε multiplies it when the weights move."""
    v = momentum * v - lr * (dw + weight_decay * w)
    return w + v, v


def _no_penalty(w, v, dw, *, lr, momentum, weight_decay):
    """The penalty is forgotten: λ/2·‖w‖² adds λw to the gradient."""
    return _right(w, v, dw, lr=lr, momentum=momentum, weight_decay=0.0)


def _growing(w, v, dw, *, lr, momentum, weight_decay):
    """The penalty has the wrong sign, and makes the weights grow."""
    return _right(w, v, dw, lr=lr, momentum=momentum, weight_decay=-weight_decay)


def _uphill(w, v, dw, *, lr, momentum, weight_decay):
    """This goes uphill: the step is *against* the velocity."""
    v = momentum * v + dw + weight_decay * w
    return w + lr * v, v


def _decoupled(w, v, dw, *, lr, momentum, weight_decay):
    """The penalty shrinks the weights beside the velocity; as a part of the gradient it goes through it."""
    v = momentum * v + dw
    return w - lr * v - lr * weight_decay * w, v


def _nesterov(w, v, dw, *, lr, momentum, weight_decay):
    """This looks ahead (Nesterov's momentum): here the weights move by the new velocity alone."""
    slope = dw + weight_decay * w
    v = momentum * v + slope
    return w - lr * (slope + momentum * v), v


def _no_momentum(w, v, dw, *, lr, momentum, weight_decay):
    """The old velocity is forgotten altogether: that is plain SGD."""
    return _right(w, v, dw, lr=lr, momentum=0.0, weight_decay=weight_decay)


def _swapped(w, v, dw, *, lr, momentum, weight_decay):
    return _right(w, v, dw, lr=lr, momentum=momentum, weight_decay=weight_decay)[::-1]


def _all_decays(w, v, dw, *, lr, momentum, weight_decay):
    v = momentum * (v + dw + weight_decay * w)
    return w - lr * v, v


def _half_the_penalty(w, v, dw, *, lr, momentum, weight_decay):
    return _right(w, v, dw, lr=lr, momentum=momentum, weight_decay=weight_decay / 2)


def _in_place(w, v, dw, *, lr, momentum, weight_decay):
    v *= momentum
    v += dw + weight_decay * w
    w -= lr * v
    return w, v


def _sign(w, v, dw, *, lr, momentum, weight_decay):
    v = momentum * v + np.sign(dw) + weight_decay * w
    return w - lr * v, v


def _heavy_ball(w, v, dw, *, lr, momentum, weight_decay):
    """Two steps in one: the last move, as seen in the weights, is repeated in part."""
    new = w - lr * (dw + weight_decay * w) - momentum * lr * v
    return new, (w - new) / lr


def _shrink_first(w, v, dw, *, lr, momentum, weight_decay):
    slope = dw + weight_decay * w
    return (1 - lr * weight_decay) * w - lr * dw - lr * momentum * v, momentum * v + slope


def _entry_by_entry(w, v, dw, *, lr, momentum, weight_decay):
    new_w, new_v = w.copy(), v.copy()
    for i in np.ndindex(w.shape):
        new_v[i] = momentum * v[i] + dw[i] + weight_decay * w[i]
        new_w[i] -= lr * new_v[i]
    return new_w, new_v


def _in_float32(w, v, dw, *, lr, momentum, weight_decay):
    new = _right(w, v, dw, lr=lr, momentum=momentum, weight_decay=weight_decay)
    return [array.astype(np.float32) for array in new]


exercise = Exercise(
    "momentum_step",
    reference=_right,
    properties=(
        Property(
            "plain SGD",
            points=1,
            inputs=_steps(momentum=False, decay=False),
            hint="With μ = λ = 0 the velocity is the gradient, and the weights move by −ε times it.",
        ),
        Property(
            "with momentum",
            points=1,
            inputs=_steps(decay=False),
            hint="First v ← μ·v + dw, then w ← w − ε·v with the new v.",
        ),
        Property(
            "with momentum and a penalty",
            points=1,
            inputs=_steps(),
            hint="The penalty is a part of the loss, so its gradient λ·w is a part of the gradient.",
        ),
    ),
    misconceptions=by_docstring(
        _old_velocity,
        _averaged,
        _rate_inside,
        _no_penalty,
        _growing,
        _uphill,
        _decoupled,
        _nesterov,
        _no_momentum,
    ),
    mutants=(_swapped, _all_decays, _half_the_penalty, _in_place, _sign),
    variants=(_heavy_ball, _shrink_first, _entry_by_entry, _in_float32),
)

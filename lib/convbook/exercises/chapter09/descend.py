"""Find the bugs: a training loop in PyTorch that raises no error."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises.limits import Limits
from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.exercises.strategies import array


@st.composite
def _runs(draw, least=1, most=4):
    m, n, k = draw(st.integers(1, 3)), draw(st.integers(1, 3)), draw(st.integers(2, 3))
    return {
        "w": draw(array((k, n))),
        "x": draw(array((m, n))),
        "target": np.array(draw(st.lists(st.integers(0, k - 1), min_size=m, max_size=m))),
        "lr": draw(st.sampled_from((0.5, 0.25, 0.1))),
        "steps": draw(st.integers(least, most)),
    }


def _train(w, x, target, lr, steps, *, softmax=False, zero="before", reduction="mean"):
    """The loop; `zero` says when the gradients are forgotten."""
    import torch
    from torch.nn import functional as F

    w = w.clone().requires_grad_()
    optimiser = torch.optim.SGD([w], lr)
    for _ in range(steps):
        if zero == "before":
            optimiser.zero_grad()
        scores = x @ w.T
        F.cross_entropy(scores.softmax(1) if softmax else scores, target, reduction=reduction).backward()
        if zero == "between":
            optimiser.zero_grad(set_to_none=False)
        optimiser.step()
    return w.detach()


def _right(w, x, target, lr, steps):
    return _train(w, x, target, lr, steps)


def _starter(w, x, target, lr, steps):
    """Two bugs are still there: the softmax is taken twice, and the gradients of all steps pile up."""
    return _train(w, x, target, lr, steps, softmax=True, zero="never")


def _piling_up(w, x, target, lr, steps):
    """The gradients of all steps pile up: `backward` adds to what is in `.grad` already."""
    return _train(w, x, target, lr, steps, zero="never")


def _softmax_twice(w, x, target, lr, steps):
    """The softmax is taken twice: `cross_entropy` wants scores, and takes it itself."""
    return _train(w, x, target, lr, steps, softmax=True)


def _nothing_left(w, x, target, lr, steps):
    """The gradients are forgotten between `backward` and `step`: nothing is left to move by."""
    return _train(w, x, target, lr, steps, zero="between")


def _summed(w, x, target, lr, steps):
    """The losses of the batch are added up; the loss is their mean."""
    return _train(w, x, target, lr, steps, reduction="sum")


def _one_step(w, x, target, lr, steps):
    """This takes one step only, however many are asked for."""
    return _train(w, x, target, lr, 1)


def _uphill(w, x, target, lr, steps):
    """This goes uphill: the step is *against* the gradient."""
    return _by_hand(w, x, target, -lr, steps)


def _in_place(w, x, target, lr, steps):
    return w.copy_(_right(w, x, target, lr, steps))


def _one_more(w, x, target, lr, steps):
    return _train(w, x, target, lr, steps + 1)


def _first_image(w, x, target, lr, steps):
    return _train(w, x[:1], target[:1], lr, steps)


def _with_momentum(w, x, target, lr, steps):
    import torch
    from torch.nn import functional as F

    w = w.clone().requires_grad_()
    optimiser = torch.optim.SGD([w], lr, momentum=0.9)
    for _ in range(steps):
        optimiser.zero_grad()
        F.cross_entropy(x @ w.T, target).backward()
        optimiser.step()
    return w.detach()


def _falling_rate(w, x, target, lr, steps):
    for step in range(steps):
        w = _train(w, x, target, lr / (1 + step), 1)
    return w


def _by_hand(w, x, target, lr, steps):
    """In the formulas of chapter 1."""
    import torch

    y = torch.eye(len(w), dtype=w.dtype)[target]
    for _ in range(steps):
        p = torch.softmax(x @ w.T, dim=1)
        w = w - lr * (p - y).T @ x / len(x)
    return w


def _no_optimiser(w, x, target, lr, steps):
    import torch
    from torch.nn import functional as F

    for _ in range(steps):
        w = w.detach().requires_grad_()
        (dw,) = torch.autograd.grad(F.cross_entropy(x @ w.T, target), w)
        w = w - lr * dw
    return w


def _log_probabilities(w, x, target, lr, steps):
    """Softmax and logarithm apart, and then the likelihood: that is what `cross_entropy` does."""
    import torch
    from torch.nn import functional as F

    w = w.clone().requires_grad_()
    optimiser = torch.optim.SGD([w], lr)
    for _ in range(steps):
        F.nll_loss(F.log_softmax(x @ w.T, dim=1), target).backward()
        optimiser.step()
        optimiser.zero_grad()
    return w


exercise = Exercise(
    "descend",
    reference=_right,
    properties=(
        Property(
            "one step",
            points=1,
            inputs=_runs(most=1),
            hint="What does `cross_entropy` expect as its first argument?",
            cases=15,
        ),
        Property(
            "several steps",
            points=2,
            inputs=_runs(least=2),
            hint="Print `w.grad` after every `backward`. Should it grow?",
            cases=15,
        ),
    ),
    misconceptions=by_docstring(
        _starter, _piling_up, _softmax_twice, _nothing_left, _summed, _one_step, _uphill
    ),
    mutants=(_in_place, _one_more, _first_image, _with_momentum, _falling_rate),
    variants=(
        _by_hand,
        _no_optimiser,
        _log_probabilities,
        lambda w, x, target, lr, steps: _right(w.float(), x.float(), target, lr, steps),
    ),
    tensors=True,
    packages=("numpy", "torch"),
    limits=Limits(call=20, submission=180),  # the first optimiser of a process loads much of torch
)

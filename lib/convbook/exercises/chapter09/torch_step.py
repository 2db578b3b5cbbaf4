"""One step of gradient descent, with tensors and autograd."""

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

from convbook.exercises.limits import Limits
from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.exercises.strategies import array
from convbook.reference.conv import conv2d, conv2d_backward
from convbook.reference.loss import cross_entropy_backward


@st.composite
def _steps(draw, batch=3):
    """A tiny network, a batch of images, and their classes; no ReLU stands on its kink."""
    m, k, maps = draw(st.integers(1, batch)), draw(st.integers(1, 2)), draw(st.integers(1, 2))
    h, w = draw(st.integers(2, 3)), draw(st.integers(2, 4))
    classes = draw(st.integers(2, 3))
    x, kernels = draw(array((m, k, h, w))), draw(array((maps, k, 2, 2)))
    assume(abs(conv2d(x, kernels)).min() > 1e-6)
    return {
        "w": kernels,
        "v": draw(array((classes, maps * (h - 1) * (w - 1)))),
        "x": x,
        "target": np.array(draw(st.lists(st.integers(0, classes - 1), min_size=m, max_size=m))),
        "lr": draw(st.sampled_from((0.5, 1.0, 0.25))),
    }


def _scores(w, v, x):
    from torch.nn import functional as F

    return F.linear(F.relu(F.conv2d(x, w)).flatten(1), v)


def _step(w, v, x, target, lr, scores=_scores, reduction="mean"):
    """A step for the loss of these scores."""
    from torch.nn import functional as F

    w, v = (weights.clone().requires_grad_() for weights in (w, v))
    F.cross_entropy(scores(w, v, x), target, reduction=reduction).backward()
    return (w - lr * w.grad).detach(), (v - lr * v.grad).detach()


def _right(w, v, x, target, lr):
    return _step(w, v, x, target, lr)


def _uphill(w, v, x, target, lr):
    """This goes uphill: the step is *against* the gradient."""
    return _step(w, v, x, target, -lr)


def _summed(w, v, x, target, lr):
    """The losses of the batch are added up; the loss is their mean."""
    return _step(w, v, x, target, lr, reduction="sum")


def _softmax_twice(w, v, x, target, lr):
    """The softmax is taken twice: `cross_entropy` wants scores, and takes it itself."""
    return _step(w, v, x, target, lr, scores=lambda *network: _scores(*network).softmax(1))


def _no_relu(w, v, x, target, lr):
    """The ReLU between the convolution and the matrix is missing."""
    from torch.nn import functional as F

    return _step(w, v, x, target, lr, scores=lambda w, v, x: F.linear(F.conv2d(x, w).flatten(1), v))


def _only_the_matrix(w, v, x, target, lr):
    """Only the matrix has moved: the kernels learn too."""
    return w.clone(), _step(w, v, x, target, lr)[1]


def _only_the_kernels(w, v, x, target, lr):
    """Only the kernels have moved: the matrix learns too."""
    return _step(w, v, x, target, lr)[0], v.clone()


def _one_after_the_other(w, v, x, target, lr):
    """The kernels have moved before the gradient of the matrix was taken: both belong to the old weights."""
    w = _step(w, v, x, target, lr)[0]
    return w, _step(w, v, x, target, lr)[1]


def _gradients(w, v, x, target, lr):
    """These are the gradients; asked for are the new weights."""
    new = _step(w, v, x, target, 1.0)
    return w - new[0], v - new[1]


def _twice(w, v, x, target, lr):
    """The gradient counts twice: `backward` adds to what is in `.grad` already."""
    return _step(w, v, x, target, 2 * lr)


def _in_place(w, v, x, target, lr):
    new = _right(w, v, x, target, lr)
    w.copy_(new[0])
    v.copy_(new[1])
    return w, v


def _first_image(w, v, x, target, lr):
    return _right(w, v, x[:1], target[:1], lr)


def _true_convolution(w, v, x, target, lr):
    new = _right(w.flip(2, 3), v, x, target, lr)
    return new[0].flip(2, 3), new[1]


def _rate_squared(w, v, x, target, lr):
    return _right(w, v, x, target, lr**2)


def _wrong_order(w, v, x, target, lr):
    return _right(w, v, x, target, lr)[::-1]


def _with_an_optimiser(w, v, x, target, lr):
    import torch
    from torch.nn import functional as F

    weights = [w.clone().requires_grad_(), v.clone().requires_grad_()]
    optimiser = torch.optim.SGD(weights, lr)
    F.cross_entropy(_scores(*weights, x), target).backward()
    optimiser.step()
    return tuple(weights)


def _with_grad(w, v, x, target, lr):
    import torch
    from torch.nn import functional as F

    w, v = w.detach().requires_grad_(), v.detach().requires_grad_()
    dw, dv = torch.autograd.grad(F.cross_entropy(_scores(w, v, x), target), [w, v])
    return w - lr * dw, v - lr * dv


def _in_numpy(w, v, x, target, lr):
    """Chapter 6, layer by layer."""
    w, v, x, target = (tensor.numpy() for tensor in (w, v, x, target))
    a = conv2d(x, w)
    h = np.maximum(a, 0).reshape(len(x), -1)
    dy = cross_entropy_backward(1.0, h @ v.T, target)
    da = (dy @ v).reshape(a.shape) * (a > 0)
    return w - lr * conv2d_backward(da, x, w)[1], v - lr * dy.T @ h


def _as_modules(w, v, x, target, lr):
    from torch import nn

    maps, k, *_ = w.shape
    model = nn.Sequential(
        nn.Conv2d(k, maps, 2, bias=False), nn.ReLU(), nn.Flatten(), nn.Linear(*v.shape[::-1], bias=False)
    ).double()
    model[0].weight.data, model[3].weight.data = w.clone(), v.clone()
    nn.CrossEntropyLoss()(model(x), target).backward()
    return [p.data - lr * p.grad for p in model.parameters()]


exercise = Exercise(
    "torch_step",
    reference=_right,
    properties=(
        Property(
            "one image",
            points=1,
            inputs=_steps(batch=1),
            hint="Compare with `numerical_gradient` of chapter 6, or by hand for a kernel of two weights.",
            cases=15,
        ),
        Property(
            "a batch",
            points=2,
            inputs=_steps(),
            hint="Is the loss a mean over the batch? Are both gradients those of the old weights?",
            cases=15,
        ),
    ),
    misconceptions=by_docstring(
        _uphill,
        _summed,
        _softmax_twice,
        _no_relu,
        _only_the_matrix,
        _only_the_kernels,
        _one_after_the_other,
        _gradients,
        _twice,
    ),
    mutants=(_in_place, _first_image, _true_convolution, _rate_squared, _wrong_order),
    variants=(_with_an_optimiser, _with_grad, _in_numpy, _as_modules),
    tensors=True,
    packages=("numpy", "torch"),
    limits=Limits(call=20, submission=180),  # the first optimiser of a process loads much of torch
)

"""Find the bug: a training step that depends on the batch."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.exercises.strategies import array


@st.composite
def _steps(draw, batch=4, decay=True):
    m, n, k = draw(st.integers(1, batch)), draw(st.integers(1, 3)), draw(st.integers(2, 3))
    target = draw(st.lists(st.integers(0, k - 1), min_size=m, max_size=m))
    return {
        "W": draw(array((k, n))),
        "x": draw(array((m, n))),
        "target": np.array(target),
        "lr": draw(st.sampled_from((1.0, 0.5, 0.125))),
        "weight_decay": draw(st.sampled_from((1.0, 0.5, 0.25))) if decay else 0.0,
    }


def _error(W, x, target):
    a = x @ W.T
    e = np.exp(a - a.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True) - np.eye(len(W))[target]


def _gradient(W, x, target):
    return _error(W, x, target).T @ x / len(x)


def _right(W, x, target, lr, weight_decay):
    return W - lr * (_gradient(W, x, target) + weight_decay * W)


def _summed_over_the_batch(W, x, target, lr, weight_decay):
    """The gradient is the sum over the batch: the loss is a mean, so divide by the number of images."""
    return W - lr * (_gradient(W, x, target) * len(x) + weight_decay * W)


def _uphill(W, x, target, lr, weight_decay):
    """This goes uphill: the step is *against* the gradient."""
    return W + lr * (_gradient(W, x, target) + weight_decay * W)


def _decay_forgotten(W, x, target, lr, weight_decay):
    """The penalty is forgotten: λ/2·‖W‖² adds λW to the gradient."""
    return W - lr * _gradient(W, x, target)


def _decay_with_the_wrong_sign(W, x, target, lr, weight_decay):
    """The penalty makes the weights grow: its gradient λW is subtracted as well."""
    return W - lr * (_gradient(W, x, target) - weight_decay * W)


def _decay_twice(W, x, target, lr, weight_decay):
    """The penalty is λ/2·‖W‖², and the derivative of half a square has no factor 2."""
    return W - lr * (_gradient(W, x, target) + 2 * weight_decay * W)


def _decay_without_the_rate(W, x, target, lr, weight_decay):
    """The penalty is part of the loss: its gradient is multiplied by the learning rate too."""
    return W - lr * _gradient(W, x, target) - weight_decay * W


def _decay_divided(W, x, target, lr, weight_decay):
    """The penalty does not depend on the batch: do not divide it by the number of images."""
    return W - lr * (_gradient(W, x, target) + weight_decay * W / len(x))


def _only_the_gradient(W, x, target, lr, weight_decay):
    """This is the gradient; asked for are the new weights."""
    return _gradient(W, x, target) + weight_decay * W


def _in_place(W, x, target, lr, weight_decay):
    W -= lr * (_gradient(W, x, target) + weight_decay * W)
    return W


def _divided_by_classes(W, x, target, lr, weight_decay):
    return W - lr * (_gradient(W, x, target) / len(W) + weight_decay * W)


def _sign_only(W, x, target, lr, weight_decay):
    return W - lr * np.sign(_gradient(W, x, target) + weight_decay * W)


def _first_image(W, x, target, lr, weight_decay):
    return _right(W, x[:1], target[:1], lr, weight_decay)


def _rate_squared(W, x, target, lr, weight_decay):
    return _right(W, x, target, lr**2, weight_decay)


def _shrink_first(W, x, target, lr, weight_decay):
    return (1 - lr * weight_decay) * W - lr * _gradient(W, x, target)


def _image_by_image(W, x, target, lr, weight_decay):
    steps = [_error(W, x[i : i + 1], target[i : i + 1]).T @ x[i : i + 1] for i in range(len(x))]
    return W - lr * (np.mean(steps, axis=0) + weight_decay * W)


def _as_lists(W, x, target, lr, weight_decay):
    return _right(W, x, target, lr, weight_decay).tolist()


exercise = Exercise(
    "training_step",
    reference=lambda W, x, target, lr, weight_decay: _right(W, x, target, lr, weight_decay),
    properties=(
        Property(
            "one image",
            points=1,
            inputs=_steps(batch=1),
            hint="This was right before you began. What did you change?",
        ),
        Property(
            "a batch without a penalty",
            points=1,
            inputs=_steps(decay=False),
            hint="Show the step the same image twice. Should it be twice as long?",
        ),
        Property(
            "a batch with a penalty",
            points=1,
            inputs=_steps(),
            hint="Which of the two parts of the gradient depends on the number of images?",
        ),
    ),
    misconceptions=by_docstring(
        _summed_over_the_batch,
        _uphill,
        _decay_forgotten,
        _decay_with_the_wrong_sign,
        _decay_twice,
        _decay_without_the_rate,
        _decay_divided,
        _only_the_gradient,
    ),
    mutants=(_in_place, _divided_by_classes, _sign_only, _first_image, _rate_squared),
    variants=(_right, _shrink_first, _image_by_image, _as_lists),
)

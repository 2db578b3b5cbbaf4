"""What you said minus what you should have said."""

import numpy as np

from convbook.exercises.chapter01.softmax_cross_entropy import scored
from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.reference import loss


def _softmax(scores):
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def _one_hot(scores, target):
    return np.eye(scores.shape[1])[target]


def _right(scores, target):
    return (_softmax(scores) - _one_hot(scores, target)) / len(target)


def _not_divided(scores, target):
    """The loss is a mean over the batch, so its gradient is divided by the number of images."""
    return _right(scores, target) * len(target)


def _other_sign(scores, target):
    """The sign is wrong: what was said minus what should have been said, p − y."""
    return -_right(scores, target)


def _only_p(scores, target):
    """The true class is forgotten: subtract 1 from its probability."""
    return _softmax(scores) / len(target)


def _only_the_true_class(scores, target):
    """The other classes have a gradient too: their probabilities."""
    return _right(scores, target) * _one_hot(scores, target)


def _scores_minus_y(scores, target):
    """This takes the scores for probabilities: apply the softmax first."""
    return (scores - _one_hot(scores, target)) / len(target)


def _over_the_batch(scores, target):
    """The softmax goes over the classes of each image, not over the batch."""
    return (_softmax(scores.T).T - _one_hot(scores, target)) / len(target)


def _squared(scores, target):
    """This is the gradient of a squared error, with its slope p(1 − p); the cross-entropy has p − y."""
    p = _softmax(scores)
    return (p - _one_hot(scores, target)) * p * (1 - p) / len(target)


def _divided_by_classes(scores, target):
    """This is divided by the number of all scores: divide by the number of images."""
    return _right(scores, target) / scores.shape[1]


def _example(scores, target):
    """This is the answer to the example of the text, whatever comes in."""
    return np.array([[-0.5, 0.5]])


def _next_class(scores, target):
    return _right(scores, (target + 1) % scores.shape[1])


def _first_row(scores, target):
    return _right(scores, target)[:1]


def _summed(scores, target):
    return _right(scores, target).sum(axis=0)


def _sign(scores, target):
    return np.sign(_right(scores, target))


def _into_scores(scores, target):
    dx = _right(scores, target)
    scores[...] = dx
    return scores


def _in_place_at_targets(scores, target):
    p = _softmax(scores)
    p[np.arange(len(target)), target] -= 1
    return p / len(target)


def _in_loops(scores, target):
    rows = []
    for row, t in zip(_softmax(scores), target, strict=True):
        rows.append([(p - (c == t)) / len(target) for c, p in enumerate(row)])
    return rows


def _in_float32(scores, target):
    return _right(scores, target).astype(np.float32)


exercise = Exercise(
    "softmax_cross_entropy_backward",
    reference=lambda scores, target: loss.cross_entropy_backward(1.0, scores, target),
    properties=(
        Property("one image", points=1, inputs=scored(batch=1), hint="p − y, with y = 1 at the true class."),
        Property("a batch", points=1, inputs=scored(), hint="(p − y)/m: the loss is the mean over m images."),
    ),
    misconceptions=by_docstring(
        _not_divided,
        _other_sign,
        _only_p,
        _only_the_true_class,
        _scores_minus_y,
        _over_the_batch,
        _squared,
        _divided_by_classes,
        _example,
    ),
    mutants=(_next_class, _first_row, _summed, _sign, _into_scores),
    variants=(_right, _in_place_at_targets, _in_loops, _in_float32),
)

"""Softmax and cross-entropy, forward."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.exercises.strategies import array, numbers
from convbook.reference import loss

LARGE = st.sampled_from((0.0, 1.0, 1000.0, -1000.0, 500.0, 999.0))


@st.composite
def scored(draw, batch=4, elements=numbers):
    """Scores (m, k) and the true classes (m,)."""
    m, k = draw(st.integers(1, batch)), draw(st.integers(2, 4))
    target = draw(st.lists(st.integers(0, k - 1), min_size=m, max_size=m))
    return {"scores": draw(array((m, k), elements)), "target": np.array(target)}


def _log_softmax(scores):
    shifted = scores - scores.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def _of_targets(values, target):
    return values[np.arange(len(target)), target]


def _right(scores, target):
    return float(-_of_targets(_log_softmax(scores), target).mean())


def _overflowing(scores, target):
    """Large scores overflow: subtract the largest score of each row first, which changes no probability."""
    with np.errstate(all="ignore"):
        p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        return float(-np.log(_of_targets(p, target)).mean())


def _summing(scores, target):
    """The losses of the batch are added; the loss is their mean."""
    return _right(scores, target) * len(target)


def _no_minus(scores, target):
    """The sign is wrong: the logarithm of a probability is negative, the loss is positive."""
    return -_right(scores, target)


def _over_the_batch(scores, target):
    """The exponentials are added over the batch: probabilities sum to 1 over the *classes* of an image."""
    shifted = scores - scores.max()
    p = np.exp(shifted) / np.exp(shifted).sum(axis=0, keepdims=True)
    with np.errstate(all="ignore"):
        return float(-np.log(_of_targets(p, target)).mean())


def _over_everything(scores, target):
    """The exponentials are added over the whole batch: each image has probabilities of its own."""
    shifted = scores - scores.max()
    with np.errstate(all="ignore"):
        return float(-np.log(_of_targets(np.exp(shifted) / np.exp(shifted).sum(), target)).mean())


def _probability(scores, target):
    """The logarithm is missing: this is minus the probability of the true class."""
    return float(-np.exp(_of_targets(_log_softmax(scores), target)).mean())


def _all_classes(scores, target):
    """All classes are counted: only the probability of the true class matters."""
    return float(-_log_softmax(scores).sum(axis=1).mean())


def _score_alone(scores, target):
    """The normalisation is missing: subtract log Σ exp from a score to get the logarithm of p."""
    return float(-_of_targets(scores, target).mean())


def _each_image(scores, target):
    """There is one loss for every image here; the loss of the batch is their mean, one number."""
    return -_of_targets(_log_softmax(scores), target)


def _first_image(scores, target):
    return _right(scores[:1], target[:1])


def _wrong_class(scores, target):
    return _right(scores, (target + 1) % scores.shape[1])


def _base_two(scores, target):
    return _right(scores, target) / np.log(2)


def _clipped(scores, target):
    return min(_right(scores, target), 10.0)


def _into_scores(scores, target):
    scores -= scores.max(axis=1, keepdims=True)
    return _right(scores, target)


def _by_logaddexp(scores, target):
    return (np.logaddexp.reduce(scores, axis=1) - _of_targets(scores, target)).mean()


def _in_loops(scores, target):
    total = 0.0
    for row, c in zip(scores, target, strict=True):
        total += np.log(np.exp(row - row[c]).sum()) if row[c] == row.max() else -_log_softmax(row[None])[0, c]
    return total / len(target)


def _by_one_hot(scores, target):
    return -(np.eye(scores.shape[1])[target] * _log_softmax(scores)).sum() / len(scores)


exercise = Exercise(
    "softmax_cross_entropy",
    reference=lambda scores, target: float(loss.cross_entropy(scores, target)),
    properties=(
        Property(
            "one image",
            points=1,
            inputs=scored(batch=1),
            hint="−log p of the true class, with p = exp(score)/Σ exp(scores).",
        ),
        Property("a batch", points=1, inputs=scored(), hint="The mean of the losses of the images."),
        Property(
            "large scores",
            points=1,
            inputs=scored(elements=LARGE),
            hint="exp(1000) is too large for the computer. Subtract the largest score of the row first.",
        ),
    ),
    misconceptions=by_docstring(
        _overflowing,
        _summing,
        _no_minus,
        _over_the_batch,
        _over_everything,
        _probability,
        _all_classes,
        _score_alone,
        _each_image,
    ),
    mutants=(_first_image, _wrong_class, _base_two, _clipped, _into_scores),
    variants=(_right, _by_logaddexp, _in_loops, _by_one_hot),
)

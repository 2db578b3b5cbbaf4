"""The exercises of chapter 8, Pooling and unpooling, a module each, in the order of the notebook."""

from convbook.exercises.chapter08 import (
    argmax_pool1d,
    l2_pool2d,
    max_pool2d,
    max_pool2d_backward,
    max_unpool2d,
    maxout,
    pool_sizes,
)

EXERCISES = tuple(
    module.exercise
    for module in (
        pool_sizes,
        max_pool2d,
        l2_pool2d,
        maxout,
        argmax_pool1d,
        max_pool2d_backward,
        max_unpool2d,
    )
)

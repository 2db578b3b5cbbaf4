"""The exercises of chapter 11, network in network and GoogLeNet, a module each, in the notebook's order."""

from convbook.exercises.chapter11 import (
    class_scores,
    inception,
    inception_cost,
    low_rank_conv,
    mlpconv,
    module_maps,
    rank_for_error,
)

EXERCISES = tuple(
    module.exercise
    for module in (
        module_maps,
        mlpconv,
        class_scores,
        inception_cost,
        inception,
        low_rank_conv,
        rank_for_error,
    )
)

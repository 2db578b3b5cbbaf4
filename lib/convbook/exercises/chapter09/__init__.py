"""The exercises of chapter 9, convolutional networks that learn, a module each, in the notebook's order."""

from convbook.exercises.chapter09 import convnet, descend, momentum_step, table_rows, torch_step

EXERCISES = tuple(module.exercise for module in (table_rows, convnet, torch_step, momentum_step, descend))

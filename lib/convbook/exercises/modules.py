"""torch, where an exercise asks for it: tensors as arguments, and modules as answers.

A module is not compared by its parts, which every student names and nests differently, but by what can be
seen from outside: how many parameters it has, and what it makes of an input when the weights are given.
torch is imported when the first tensor is made.
"""

import math
import sys

import numpy as np


class UnsuitableAnswer(TypeError):
    """What came cannot be compared; the message says what it is, in a sentence for the student."""


def tensors(value):
    """Turn the arrays in a value into torch tensors, on the same memory.

    Parameters
    ----------
    value : object
        An array, or a tuple, list or dict with arrays in it; whatever else is left as it is.

    Returns
    -------
    value : object
    """
    import torch

    if isinstance(value, np.ndarray):
        return torch.from_numpy(value)
    if isinstance(value, tuple | list):
        return type(value)(map(tensors, value))
    if isinstance(value, dict):
        return {key: tensors(item) for key, item in value.items()}
    return value


def is_tensor(value):
    """Whether a value is a torch tensor; torch need not be installed.

    Parameters
    ----------
    value : object

    Returns
    -------
    is_tensor : bool
    """
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def as_array(tensor):
    """A tensor's numbers, wherever they lie and whatever depends on them.

    Parameters
    ----------
    tensor : Tensor

    Returns
    -------
    array : ndarray
    """
    import torch

    if tensor.dtype == torch.bfloat16:  # numpy has no such numbers
        tensor = tensor.float()
    return tensor.numpy(force=True)


def outputs(built, x=None, weights=None):
    """What is compared of a module: the number of its parameters or, given an input, its output.

    It runs in evaluation mode. The weights are drawn anew from the seed `weights`, layer by layer in the
    order in which the input passes them: neither names nor the order of definition matter.

    Parameters
    ----------
    built : Module, or list of Module
        A list of layers is run from first to last.
    x : ndarray, or tuple of ndarray, optional
        The input; real numbers take the precision of the parameters.
    weights : int, optional
        Seeds the weights; needed with `x`.

    Returns
    -------
    value : int, or Tensor, or tuple of Tensor

    Raises
    ------
    UnsuitableAnswer
        If what was built is no module.
    """
    from torch import nn, no_grad

    if isinstance(built, list | tuple) and built and all(isinstance(layer, nn.Module) for layer in built):
        built = nn.Sequential(*built)
    if built is Ellipsis:
        raise NotImplementedError
    if not isinstance(built, nn.Module):
        raise UnsuitableAnswer(
            f"what it gives is of type {type(built).__name__}, where a torch.nn.Module was expected"
        )
    if x is None:
        return sum(parameter.numel() for parameter in built.parameters())
    built.eval()
    x = _in_precision_of(built, x)
    with no_grad():
        for i, module in enumerate(_in_order_of_use(built, x)):
            _give_weights(module, np.random.default_rng([weights, i]))
        return built(*x)


def _in_precision_of(module, x):
    dtype = next((parameter.dtype for parameter in module.parameters()), None)
    x = tensors(x if isinstance(x, tuple) else (x,))
    return tuple(item.to(dtype) if item.is_floating_point() else item.clone() for item in x)


def _in_order_of_use(model, x):
    """The modules that have weights of their own, as the input meets them; last, those it does not meet."""
    with_weights = [module for module in model.modules() if _own_tensors(module)]
    met = {}  # a dict remembers the order
    hooks = [module.register_forward_pre_hook(lambda m, _: met.setdefault(m)) for module in with_weights]
    model(*x)
    for hook in hooks:
        hook.remove()
    return [*met, *(module for module in with_weights if module not in met)]


def _own_tensors(module):
    """A module's own parameters, and the statistics of a normalisation."""
    buffers = dict(module.named_buffers(recurse=False))
    statistics = (buffers[name] for name in ("running_mean", "running_var") if name in buffers)
    return [*module.parameters(recurse=False), *statistics]


def _give_weights(module, rng):
    """Weights of the size with which a layer neither blows up nor extinguishes what passes through it."""
    for tensor in _own_tensors(module):
        fan_in = math.prod(tensor.shape[1:])
        values = rng.standard_normal(tuple(tensor.shape)) / math.sqrt(max(1, fan_in))
        if tensor is getattr(module, "running_var", None):
            values = 0.5 + np.abs(values)  # a variance is positive
        tensor.copy_(tensors(np.asarray(values)))

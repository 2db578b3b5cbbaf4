"""What every operation promises: a true gradient, the dtype of its input, untouched arguments, and errors."""

import importlib
import inspect
import re

import numpy as np
import pytest

from convbook.reference.gradcheck import gradcheck

from .operations import OPERATIONS
from .test_package import ROOMS

every_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=str)
LINEAR = [operation for operation in OPERATIONS if operation.linear]
OF_ANY_RANK = "activation.", "loss.", "normalisation.", "pool.maxout", "pool.l2_pool_features"
OF_SOME_RANKS = [operation for operation in OPERATIONS if not str(operation).startswith(OF_ANY_RANK)]
BATCH_FIRST = [operation for operation in OF_SOME_RANKS if operation.name not in ("rnn", "lstm", "gru")]
COUNTS = "stride", "dilation", "groups", "kernel_size", "output_size", "pieces", "size"


def test_no_operation_is_missing():
    there = set()
    for room in ROOMS:
        module = importlib.import_module(f"convbook.reference.{room}")
        there |= {
            f"{room}.{name.removesuffix('_backward')}" for name in module.__all__ if "_backward" in name
        }
    assert there == {str(operation) for operation in OPERATIONS}


@every_operation
def test_backward_agrees_with_finite_differences(operation):
    gradcheck(
        lambda *inputs: operation.forward(dict(zip(operation.inputs, inputs, strict=True))),
        lambda dy, *inputs: operation.backward(dy, dict(zip(operation.inputs, inputs, strict=True))),
        operation.inputs,
    )


@pytest.mark.parametrize("operation", LINEAR, ids=str)
def test_the_backward_of_a_linear_operation_is_its_adjoint(operation):
    first, x = next(iter(operation.inputs.items()))

    def linear(x):
        return operation.forward(operation.inputs | {first: x}) - operation.forward(
            operation.inputs | {first: 0 * x}
        )

    u = np.random.default_rng(1).standard_normal(linear(x).shape)
    assert np.vdot(linear(x), u) == pytest.approx(np.vdot(x, operation.backward(u)[0]), abs=1e-12)
    np.testing.assert_allclose(linear(-2 * x), -2 * linear(x), atol=1e-12)


@every_operation
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.longdouble], ids=lambda dtype: dtype.__name__)
def test_keeps_the_dtype(operation, dtype):
    def cast(a):
        return a.astype(dtype) if isinstance(a, np.ndarray) and a.dtype.kind == "f" else a

    inputs = {name: cast(a) for name, a in operation.inputs.items()}
    hyper = {name: cast(a) for name, a in operation.hyper.items()}
    y = operation.forward(inputs, **hyper)
    gradients = operation.backward(np.ones_like(y), inputs, **hyper)
    assert y.dtype == dtype
    assert [d.dtype for d in gradients] == [dtype] * len(gradients)
    assert [d.shape for d in gradients] == [a.shape for a in inputs.values()]


@pytest.mark.parametrize("operation", BATCH_FIRST, ids=str)
def test_an_empty_batch_has_no_results_and_no_gradient(operation):
    batch = {"x", "h", "c", "offset", "mask", "indices"}

    def none_of(arrays):
        return {name: a[:0] if name in batch else a for name, a in arrays.items()}

    inputs, hyper = none_of(operation.inputs), none_of(operation.hyper)
    y = operation.forward(inputs, **hyper)
    assert y.shape == (0, *operation.forward().shape[1:])
    for d, a in zip(operation.backward(y, inputs, **hyper), inputs.values(), strict=True):
        assert d.shape == a.shape
        assert not d.any()


@every_operation
def test_results_are_arrays_of_their_own(operation):
    """The inputs are read-only, so that writing into them would have failed long before."""
    y = operation.forward()
    dy = np.ones_like(y)
    dy.flags.writeable = False
    for a in (y, *operation.backward(dy)):
        assert a.flags.writeable
        assert not any(np.shares_memory(a, b) for b in (dy, *operation.inputs.values()))


@every_operation
def test_integers_are_refused(operation):
    for name, a in operation.inputs.items():
        wrong = operation.inputs | {name: a.astype(int)}
        with pytest.raises(TypeError, match=f"^{operation.name}: {name} has dtype int64, expected a float"):
            operation.forward(wrong)


@every_operation
def test_two_dtypes_are_refused(operation):
    for name, a in list(operation.inputs.items())[1:]:
        wrong = operation.inputs | {name: a.astype(np.float32)}
        with pytest.raises(TypeError, match=rf"^{operation.name}: .*float64 but {name} has float32"):
            operation.forward(wrong)


@every_operation
def test_a_gradient_of_another_shape_or_dtype_is_refused(operation):
    dy = np.ones_like(operation.forward())
    with pytest.raises(ValueError, match=rf"^{operation.name}_backward: (dy|dh|mask) has shape"):
        operation.backward(dy[None])
    if operation.name == "dropout":
        return  # its backward has the mask for the map, and no dtype to compare
    with pytest.raises(TypeError, match=rf"^{operation.name}_backward: .*(dy|dh) has (dtype )?float32"):
        operation.backward(dy.astype(np.float32))


@pytest.mark.parametrize("operation", OF_SOME_RANKS, ids=str)
def test_too_many_axes_are_refused(operation):
    first, x = next(iter(operation.inputs.items()))
    x = x[None, None]
    with pytest.raises(ValueError, match=rf"^{operation.name}: {first} has shape {re.escape(str(x.shape))}"):
        operation.forward(operation.inputs | {first: x})


@every_operation
def test_a_count_of_nothing_is_refused(operation):
    parameters = set(inspect.signature(getattr(operation.room, operation.name)).parameters)
    in_place_of = {"size": {"scale_factor": None}} if "scale_factor" in operation.hyper else {}
    for name in parameters & set(COUNTS):
        others = in_place_of.get(name, {})
        with pytest.raises(ValueError, match=f"^{operation.name}: {name} must be at least 1, got"):
            operation.forward(**{name: 0}, **others)
        with pytest.raises(TypeError, match=f"^{operation.name}: {name} must be an int"):
            operation.forward(**{name: 1.5}, **others)


@every_operation
def test_nan_is_not_swallowed(operation):
    first, x = next(iter(operation.inputs.items()))
    x = x.copy()
    x.flat[0] = np.nan
    assert np.isnan(operation.forward(operation.inputs | {first: x})).any()
    assert "NaN" in operation.room.__doc__, "the room says what becomes of a NaN"

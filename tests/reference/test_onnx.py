"""The test cases that come with ONNX, operator by operator, through `onnx_adapter`.

They prove little by themselves, most would pass with a flipped kernel: the mutation check shows what does.
"""

import re
from importlib import import_module

import pytest

# What may be left out for want of such an operation, by the reasons the adapter gives. No case with floats in
# one or two dimensions may be skipped among the windows and recurrent networks, but for peepholes.
SKIPPED = {
    "Conv": "3-D maps",
    "ConvTranspose": "3-D maps",
    "DeformConv": "",
    "MaxPool": "3-D maps|dtype uint8, not a float",
    "AveragePool": "3-D maps",
    "LpPool": "3-D maps",
    "GlobalAveragePool": "",
    "GlobalMaxPool": "",
    "MaxUnpool": "",
    "LRN": "",
    "Resize": "mode cubic|antialias|keep_aspect_ratio_policy .*|(nearest|linear) by .*|aligned corners of .*",
    "Upsample": "",
    "Relu": "",
    "Sigmoid": "",
    "Tanh": "",
    "Softmax": "",
    "LogSoftmax": "",
    "BatchNormalization": "",
    "Dropout": "",
    "SoftmaxCrossEntropyLoss": "",
    "NegativeLogLikelihoodLoss": "",
    "RNN": "",
    "LSTM": "peepholes",
    "GRU": "",
}


@pytest.fixture(scope="module")
def onnx(missing):
    try:
        import onnx  # noqa: F401
    except ModuleNotFoundError:
        missing("onnx is not installed")
    from . import onnx_adapter

    return onnx_adapter


@pytest.fixture(scope="module")
def cases(onnx):
    return onnx.cases()


def assert_passed(onnx, operator, cases, **options):
    passed, skipped = onnx.results(cases[operator], **options)
    print(onnx.report(operator, passed, skipped))
    assert all(re.fullmatch(SKIPPED[operator], reason) for reason in skipped), skipped
    assert passed


@pytest.mark.parametrize("operator", SKIPPED)
def test_cases_of_onnx(onnx, operator, cases):
    assert_passed(onnx, operator, cases)


@pytest.mark.parametrize("operator", ["Conv", "ConvTranspose"])
@pytest.mark.parametrize("face", ["direct", "toeplitz", "im2col", "fourier"])
def test_cases_of_onnx_through_every_face(onnx, face, operator, cases):
    assert_passed(onnx, operator, cases, face=import_module(f"convbook.reference.{face}"))


def test_every_operator_of_the_adapter_is_listed(onnx):
    assert set(SKIPPED) == set(onnx.OPERATORS)

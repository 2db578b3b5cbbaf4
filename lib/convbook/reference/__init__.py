"""The mathematics of the course in numpy, in the order in which the book meets it.

One room per idea:

- `arithmetic`: sizes, parameters and operations, counted before anything is computed
- `direct`: convolution from its definition, one line per formula
- `toeplitz`: convolution as a sparse matrix, and the structure of that matrix
- `im2col`: convolution as one matrix product over repeated input
- `fourier`: convolution as a product of spectra
- `filters`: kernels that people designed, and those that photographs suggest

`direct`, `toeplitz`, `im2col` and `fourier` each have `conv1d` and `conv2d`, with the same arguments and
the same result. Names and meanings are PyTorch's: `conv1d` and `conv2d` correlate. `convolve1d` and
`convolve2d` flip.

Import a room by its name, `from convbook.reference import direct`. Only numpy is loaded, and scipy when a
function of `toeplitz` is called.
"""

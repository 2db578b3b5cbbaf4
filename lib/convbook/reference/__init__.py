"""The mathematics of the course in numpy, one room per idea.

Counting, before anything is computed:

- `arithmetic`: sizes, parameters and operations of one layer
- `layers`: lists of layers and their cost tables
- `architectures`: the layer lists of the networks that the course studies
- `receptive_field`: what a unit of a layer list sees

One operation, several faces. Each has `conv1d`, `conv2d`, their transposes and their backwards, with the same
arguments and the same results:

- `direct`: convolution from its definition, one line per formula
- `toeplitz`: convolution as a sparse matrix, and the structure of that matrix
- `im2col`: convolution as one matrix product over repeated input
- `fourier`: convolution as a product of spectra
- `conv`: the fast one, which chooses by shape

Around them:

- `filters`: kernels that people designed, and those that photographs suggest
- `deform`: convolution that looks where it is told to
- `deconvolution`: undoing a blur
- `pool`, `unpool`, `upsample`: changing the resolution
- `activation`, `loss`, `normalisation`: what stands between and after the convolutions
- `network`: a chain of layers that learns, with stochastic gradient descent
- `recurrent`: cells, sequences, and backpropagation through time
- `low_rank`: a convolution through a bottleneck
- `regions`: the pieces on which a network of ReLUs is linear
- `gradcheck`: every gradient against finite differences

Names and meanings are PyTorch's: `conv1d` and `conv2d` correlate. `convolve1d` and `convolve2d` flip. Import
a room by its name, `from convbook.reference import direct`. Only numpy is loaded, and scipy when a function
of `toeplitz` is called.
"""

"""The library behind the course "Convolution, from Toeplitz matrices to segmentation".

Importing it is cheap: neither torch nor matplotlib is loaded until a module that needs them is.
"""

__version__ = "0.1.0"

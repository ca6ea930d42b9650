"""The layers of a convolutional network, in plain NumPy.

Images and feature maps have shape (rows, columns) or (rows, columns, channels), filters
(rows, columns, channels, filters), as in Keras. A filter slides in steps of one and stays inside
the image, which is Keras's ``padding="valid"``.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def slide(image: ArrayLike, weights: ArrayLike) -> Array:
    r"""Slide one filter over one image: at each place, the sum of weight times pixel.

    $$ m_{ij} = \sum_{k,l} w_{kl}\, x_{i+k,\,j+l} $$

    Mathematicians call this a cross-correlation. Their convolution turns the filter by 180 degrees
    first; a network learns its filters, so it makes no difference, and the field says convolution.

    Parameters
    ----------
    image
        Shape (rows, columns).
    weights
        The filter, shape (height, width).

    Returns
    -------
    Array
        The feature map, shape (rows - height + 1, columns - width + 1).
    """
    w = np.asarray(weights, dtype=float)
    windows = sliding_window_view(np.asarray(image, dtype=float), w.shape)
    result: Array = (windows * w).sum(axis=(2, 3))
    return result


def convolutional_layer(image: ArrayLike, weights: ArrayLike, biases: ArrayLike = 0.0) -> Array:
    """Apply a set of filters to an image of several channels; the activation is not included.

    A filter has weights for every channel; what it finds in the channels is added up.

    Parameters
    ----------
    image
        Shape (rows, columns, channels).
    weights
        Shape (height, width, channels, filters).
    biases
        Shape (filters,), or one number for all.

    Returns
    -------
    Array
        A feature map for each filter, shape (rows - height + 1, columns - width + 1, filters).
    """
    x, w = np.asarray(image, dtype=float), np.asarray(weights, dtype=float)
    maps = [
        np.sum([slide(x[..., c], one[..., c]) for c in range(x.shape[-1])], axis=0)
        for one in np.moveaxis(w, -1, 0)
    ]
    result: Array = np.stack(maps, axis=-1) + np.asarray(biases, dtype=float)
    return result


def max_pooling(maps: ArrayLike, size: int = 2) -> Array:
    """Keep the largest number of each block of `size` x `size`; no weights, nothing to learn.

    Rows and columns that do not fill a block are left out, as Keras does.

    Parameters
    ----------
    maps
        Shape (rows, columns) or (rows, columns, channels).
    size
        Width and height of a block, and the step from block to block.

    Returns
    -------
    Array
        Shape (rows // size, columns // size) or (rows // size, columns // size, channels).
    """
    x = np.asarray(maps, dtype=float)
    rows, columns = x.shape[0] // size, x.shape[1] // size
    blocks = x[: rows * size, : columns * size].reshape(rows, size, columns, size, *x.shape[2:])
    result: Array = blocks.max(axis=(1, 3))
    return result

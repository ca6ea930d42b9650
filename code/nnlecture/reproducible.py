"""Keras and TensorFlow, quiet, and with the same result in every run on the same machine.

TensorFlow reads its settings when it is imported, so import both from here:
``from nnlecture.reproducible import keras, seed``.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# Its faster kernels add up in another order on every kind of processor.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import keras
import tensorflow as tf

__all__ = ["keras", "seed", "tf"]


def seed(number: int) -> None:
    """Seed all random numbers (Python, NumPy, Keras), and let threads not change the result.

    Keras also begins anew with the names of layers: `dense` is the first, whatever ran before.
    """
    keras.utils.clear_session()
    keras.utils.set_random_seed(number)
    tf.config.experimental.enable_op_determinism()

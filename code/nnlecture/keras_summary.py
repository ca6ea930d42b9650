"""Keras's summary of a model as plain text that fits a slide.

Keras draws its table with lines between all rows, out of characters that many fonts lack, and
leaves an empty output of HTML in a notebook. Here is the same table without either.
"""

import keras
from IPython.utils.capture import capture_output


def summary(model: keras.Model, width: int = 70) -> None:
    """Print what `model.summary()` says of the layers, and the number of all parameters.

    Parameters
    ----------
    width
        The number of characters of a line.
    """
    said: list[str] = []
    with capture_output(stdout=False, stderr=False):  # the empty output
        model.summary(line_length=width, print_fn=said.append)
    for line in "\n".join(said).splitlines():
        if line.startswith(("┡", "└")):
            print("-" * len(line))
        elif line.startswith(("┃", "│")):
            print(line.replace("┃", " ").replace("│", " ").rstrip())
        elif "Total params" in line:
            print(" ", line.strip())

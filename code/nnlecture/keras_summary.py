"""Keras's summary of a model as plain text that fits a slide.

Keras draws its table with lines between all rows, out of characters that many fonts lack.
``model.summary(line_length=68, print_fn=plain)`` prints the same table without them.
"""


def plain(text: str) -> None:
    """Print a summary as Keras gives it to its `print_fn`, ruled by dashes above and below.

    Parameters
    ----------
    text
        The whole summary: a line with the model's name, the table, the numbers of parameters.
    """
    for line in text.rstrip().splitlines():
        if line.startswith(("┡", "└")):
            print("-" * len(line))
        elif not line.startswith(("┏", "├")):
            print(line.replace("┃", " ").replace("│", " ").rstrip())

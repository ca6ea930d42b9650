"""Tables that a notebook, the book and the slides all show: as Markdown."""

import pandas as pd
from IPython.display import Markdown


def markdown_table(frame: pd.DataFrame) -> Markdown:
    """Return a table of pandas' as Markdown, with numbers to the right.

    Only Jupyter shows the HTML that pandas would give it.
    """
    numbers = [pd.api.types.is_numeric_dtype(kind) for kind in frame.dtypes]
    rows = [["", *frame.columns], ["---", *("---:" if number else "---" for number in numbers)]]
    rows += map(list, zip(frame.index, *(frame[name] for name in frame), strict=True))
    return Markdown("\n".join(f"| {' | '.join(map(str, row))} |" for row in rows))

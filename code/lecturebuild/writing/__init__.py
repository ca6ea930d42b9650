"""From documents and their outputs to the book, the deck and the notebooks."""

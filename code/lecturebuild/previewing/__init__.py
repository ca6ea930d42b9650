"""The book beside the author while it is written."""

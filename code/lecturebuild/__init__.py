"""The lecture's renderer and its store of figures; chapters need `figure` alone."""

from typing import Any

__all__ = ["figure"]


def __getattr__(name: str) -> Any:
    """Return `figure`, imported when it is asked for: the command starts without it."""
    if name != "figure":
        raise AttributeError(name)
    from lecturebuild.running.figures import figure

    return figure

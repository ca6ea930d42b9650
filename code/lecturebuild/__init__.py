"""The lecture's renderer and its store of figures; chapters need `figure` alone."""

from lecturebuild.figures import figure

__all__ = ["figure"]

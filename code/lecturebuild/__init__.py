"""The lecture's renderer and its store of figures; chapters need `figure` alone."""

from lecturebuild.running.figures import figure

__all__ = ["figure"]

"""The notebooks of the exercises."""

"""A figure of two words."""

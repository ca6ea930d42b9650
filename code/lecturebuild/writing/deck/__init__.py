"""The slides and their handout."""

"""Another figure."""

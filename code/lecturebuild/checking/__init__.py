"""What a reader would stumble over."""

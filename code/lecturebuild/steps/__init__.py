"""What all stages stand on."""

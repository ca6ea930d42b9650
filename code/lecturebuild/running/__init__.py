"""What is executed: figures and cells, and what they depend on."""

"""Training models and visual encoders."""

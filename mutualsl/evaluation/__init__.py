"""Scoring predictions against gold spans."""

"""Measured ratios: `make bench` runs every script here and writes results/*.json."""

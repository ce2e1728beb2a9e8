"""From results files to docs/results.md, its plots and the tables of the README."""

"""What the tab `Analyse` is made of."""

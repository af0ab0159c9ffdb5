"""What Sổ tay must reach, measured: one file per family of figures, `__main__.py` is their index."""

"""The mathematics that people write in LaTeX, read as it stands: nothing here knows what a name means."""

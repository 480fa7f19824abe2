"""What a formula is worth: evaluation with named axes, in four number systems, with derivatives as jets."""

"""What policies mean: classes of ends, allowed flows, and the proof that readings agree."""

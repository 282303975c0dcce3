"""How findings reach people and machines: streams, formats, fingerprints, the baseline."""

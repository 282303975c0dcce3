"""What an output format has to offer, and what formats share; the interface of a plugin."""

"""A first binding for a page: what it leaves open, as entries to fill in."""

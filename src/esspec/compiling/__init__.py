"""From a page and its binding to the canonical model: every name resolved or reported."""

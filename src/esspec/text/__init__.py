"""Text as it comes in: sources, places in TOML, revisions in git."""

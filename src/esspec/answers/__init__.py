"""Questions about pages and manifests: list, explain and diff, and how their answers are printed."""

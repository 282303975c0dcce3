"""What action.yml runs: an installation from hashes, then one check."""

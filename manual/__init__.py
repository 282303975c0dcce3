"""Writes what is made from the code: docs/reference, the manual page and the completions; `make docs`."""

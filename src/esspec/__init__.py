"""esspec compiles a documentation page of permitted connections into network policy."""

__version__ = "0.1.0"

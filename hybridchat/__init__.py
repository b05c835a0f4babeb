"""Terminal chat that answers on your own machine and asks before anything leaves it."""

__version__ = "0.1.0"

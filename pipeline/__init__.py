"""From free-text descriptions of communes' digital services to percentages of domains one can publish."""

__version__ = "0.1.0"

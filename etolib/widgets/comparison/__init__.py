"""The dashboard of several places: up to twelve in one chart and one table."""

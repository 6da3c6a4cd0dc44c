"""The dashboard of a region: hundreds of places as one batch, on a map that fills in."""

"""The results of many places in one Zarr store: written by lots as they come, resumable, exported at the end."""

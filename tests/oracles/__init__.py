"""Independent codes as oracles, each under its own conventions."""

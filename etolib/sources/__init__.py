"""Weather sources: one module per provider, a registry, and `http`, the only door to the network."""

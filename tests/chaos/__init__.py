"""One fault at a seeded moment, again and again, and the same questions after each: `python -m tests.chaos --help`."""

"""Tests of the sources and of the door to the network."""

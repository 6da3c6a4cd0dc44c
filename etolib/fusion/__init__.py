"""Fusion: one ETo series from several sources, with weights and an interval that can be checked."""

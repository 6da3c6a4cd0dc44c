"""Fusion: one ETo series from several sources, with weights and an interval that can be checked."""

from etolib.fusion.choice import Chosen, choose_inputs, first_interval

__all__ = ["Chosen", "choose_inputs", "first_interval"]

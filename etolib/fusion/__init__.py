"""Fusion: one ETo series from several sources, with weights and an interval that can be checked."""

from etolib.fusion.choice import Chosen, choose_inputs
from etolib.fusion.product import Fused, Learnt, check, fuse_sources

__all__ = ["Chosen", "Fused", "Learnt", "check", "choose_inputs", "fuse_sources"]

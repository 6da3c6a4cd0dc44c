"""Fusion: one ETo series from several sources, with weights and an interval that can be checked."""

from etolib.fusion.fuse import Fused, Learnt, check, fuse_sources
from etolib.fusion.inputs import Chosen, choose_inputs

__all__ = ["Chosen", "Fused", "Learnt", "check", "choose_inputs", "fuse_sources"]

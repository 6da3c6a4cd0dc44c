"""Fusion: one ETo series from several sources, with weights and an interval that can be checked."""

from etolib.fusion.fuse import Fused, check, fuse_sources
from etolib.fusion.inputs import Chosen, choose_inputs
from etolib.fusion.learnt import Learnt

__all__ = ["Chosen", "Fused", "Learnt", "check", "choose_inputs", "fuse_sources"]

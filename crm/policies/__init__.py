"""Policies (政策): which text of each rule pack is in force, who proposed it, who activated it, what came before."""

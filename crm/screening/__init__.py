"""Every firm and every policy: who meets it, who lacks one thing, what changed since the last pass."""

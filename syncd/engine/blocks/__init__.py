"""Use cases of learning blocks: reading busy time, planning, and what a person says."""

"""Data frames: the snapshot out of PostgreSQL, the run over it, and the worklist back in."""

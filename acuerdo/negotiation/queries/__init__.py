"""Reading what was agreed and what may be. Lists take what the caller may see; nothing queries once per row."""

"""What the workspace itself changes, and what a screen changes in several capabilities at once."""

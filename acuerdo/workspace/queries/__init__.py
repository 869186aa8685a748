"""What the screens read. Each module serves one screen; every query starts from what the user may see."""

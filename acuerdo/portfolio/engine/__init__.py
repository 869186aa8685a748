"""Data frames of the portfolio: the spool that a file is read into, and its columns turned into facts."""

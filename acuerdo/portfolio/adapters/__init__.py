"""Other systems that are asked about one person."""

"""What one person allows: authorisations, own hours, and the page where they see every contact."""

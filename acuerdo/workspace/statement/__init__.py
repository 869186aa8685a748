"""The statement of one obligation as its holder reads it: on the screen, on paper and as a PDF, from one set of sentences."""

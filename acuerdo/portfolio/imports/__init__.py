"""Files that come in: one reader a format, all ending in the same spool of marked texts."""

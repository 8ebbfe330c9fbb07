"""Records as text and files: JSON, CSV, BibTeX, written completely or not at all."""

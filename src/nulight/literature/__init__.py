"""Published limits with their source, confidence level and convention."""

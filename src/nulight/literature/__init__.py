"""Published limits and exclusion curves with their source, confidence level and convention."""

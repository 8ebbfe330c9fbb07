"""`nulight scan`: scans of a parameter space, and the folders of long ones."""

"""What a physicist asks: a cross section, a spectrum, a limit and why, an experiment with something changed.

Each module joins the layers below into one answer; the command line and the explorer only show it.
"""

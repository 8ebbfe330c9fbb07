"""How strongly do neutrinos couple to light?"""

"""Models and results for other programs: workspaces of pyhf and HS3, tables of HEPData and CSV.

What a format cannot say is an error that names one that can; what it can say only nearly is written
down beside the numbers with the size of the difference.
"""

"""What differs between Go versions, one table per subject; the other modules read them and hold no such number.

Each row carries the first and the last Go version that it holds for (`since`, `until`, "" for open ends) and where it
was read or measured. Versions that are not known (`""`) get the newest row.
"""

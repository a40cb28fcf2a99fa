"""The hostile files of `attacks/`, a module per group of families. See `make_attacks.py`."""

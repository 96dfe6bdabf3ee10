"""The standards in force, each kind of check in its module."""

"""A plan folder checked without the model: every claim worked out again from the region and roads in it."""

"""What a siting is asked: stated from the region and the options alone, so that it can be verified without a model."""

"""Mathematics over labelled arrays: knows no road and no region."""

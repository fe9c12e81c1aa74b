"""How the files that Inkling ships were made: synthetic digits, the pretrained network, the digit check."""

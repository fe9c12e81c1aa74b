"""Drawing and reading: canvas, upload, answer, correction."""

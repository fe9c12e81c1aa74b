"""The live channel: a WebSocket that updates the moving parts of the page without running a script."""

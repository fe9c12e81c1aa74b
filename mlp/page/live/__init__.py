"""The live channel: what moves on the page reaches the browser over a WebSocket, and no script runs for it."""

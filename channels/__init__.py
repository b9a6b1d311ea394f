"""The doors: HTTP, WebSocket, OpenAI-compatible endpoint, command line, web pages."""

"""Tools that other people's MCP servers do, declared in the shop's ``mcp.yaml``. ``docs/use-mcp.md`` shows one.

A server offers what it likes; only what the file declares is a tool here, with the effect, roles and limits of the file. The
server's own descriptions and schemas are never shown to a model: they may change, and may have been written with an aim.
"""

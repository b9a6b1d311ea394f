"""The shop's tools as a Model Context Protocol server over stdio (``xiaoer mcp``). ``docs/use-mcp.md`` says how consent works over it."""

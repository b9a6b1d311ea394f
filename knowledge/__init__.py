"""What the shop knows: tables, importers, the demo shop, documents and search."""

"""How well shoppers find what they look for: searches that lead nowhere, wishes that met nothing, goods that are shown and not bought."""

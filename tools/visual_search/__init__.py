"""Searching the shop by picture: an image encoder, a projection learnt on pictures, and what a picture shows."""

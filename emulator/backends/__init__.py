"""One module per service; each says which resource types it makes real."""

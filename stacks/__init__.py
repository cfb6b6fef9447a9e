"""The stack files and the one typed model that reads them."""

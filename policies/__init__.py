"""Rules that every stack has to meet, as plain functions over its resources."""

"""The use cases, a file a verb; each writes in one transaction."""

"""The project's documents, and how the generated ones are made."""

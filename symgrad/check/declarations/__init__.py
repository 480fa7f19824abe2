"""What the words of a document declare: sizes, ranges, properties, definitions, conventions."""

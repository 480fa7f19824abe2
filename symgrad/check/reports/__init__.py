"""Reports of a checked document: text, JSON, Markdown, and a page."""

"""Documents as pieces: Markdown, LaTeX, notebooks, plain text, and derivations of symgrad's own."""

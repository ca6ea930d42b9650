"""From files to documents: the settings, the Markdown, what of Quarto is understood."""

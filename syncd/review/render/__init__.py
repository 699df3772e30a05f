"""From facts to plain text, HTML for mail, and Markdown."""

"""Mail: from text and HTML to a message, and its way to a server."""

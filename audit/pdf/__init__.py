"""The finished PDF as data: text, tags, parts and attachments."""

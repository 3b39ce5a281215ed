"""The pages of the chat. Pages draw, none decides."""

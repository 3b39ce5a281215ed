"""A language model words the claims; what no passage bears out is dropped. Off unless the settings name a model."""

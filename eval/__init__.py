"""Questions with expert answers, and what the engine makes of them."""

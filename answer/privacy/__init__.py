"""Personal data in a question: found, shown, and taken out before anything leaves the machine."""

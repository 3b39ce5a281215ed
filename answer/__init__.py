"""From a question to a cited answer: understand, retrieve, select, compose, or abstain."""

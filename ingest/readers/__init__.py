"""Files to drafts: one module a format, each a function of bytes; parsing runs in a child process with limits."""

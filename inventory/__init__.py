"""The books: what is where, under which customs status, and where it ought to be.

The work (`warehouse`) writes in the books; the books never ask about the work. docs/architecture.md draws the layers.
"""

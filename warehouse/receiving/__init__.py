"""Goods arrive, are counted against their pedimento, and enter the books: stock and bonded lots open together.

Always true: a receipt is closed once; what was over, short or damaged stays recorded; a fiscal deposit's receipt is not
closed before its notice is acknowledged or excepted.
"""

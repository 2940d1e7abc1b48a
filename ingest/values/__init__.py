"""Pure parsers of the values that sources print: amounts, numbers, dates, years, identity numbers, text.

Every parser reads what has one reading and raises on the rest; none of them looks at a file, a clock or a table.
"""

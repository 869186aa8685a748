"""Pure rules of the portfolio: how a lender's columns, numbers, dates and rows are understood, and what is refused."""

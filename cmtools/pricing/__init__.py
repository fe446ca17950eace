"""Prices: from the cost to the price of a position, an order and all books together."""

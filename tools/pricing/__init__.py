"""Prices: today's, and the history behind them."""

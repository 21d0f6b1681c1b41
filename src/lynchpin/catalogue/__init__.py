"""Parts before planning: duplicates, common specifications, and the location engine behind them."""

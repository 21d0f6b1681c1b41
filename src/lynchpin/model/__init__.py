"""The mathematics: a completed study becomes index frames and arrays, then one linear model in two forms."""

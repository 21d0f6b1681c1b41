"""Large relaxations by steps that cost no more than two products with the matrix (`steps`, `rounds`)."""

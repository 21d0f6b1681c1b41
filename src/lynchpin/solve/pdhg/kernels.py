"""The inner loops of `steps`.

rows, columns  pointers, indices and values of the matrix by rows and by columns
limits         cost, lower, upper, row_lower, row_upper
"""
# numba ships no types, so what it compiles is described by the wrappers that call it
# pyright: basic, reportUntypedFunctionDecorator=false, reportMissingParameterType=false

from lynchpin.catalogue.compiled import compiled


@compiled
def steps(first, count, eta, weight, rows, columns, limits, x, y, anchor_x, anchor_y, reached_x, reached_y):
    """Take steps number `first` to `first` + `count` from (x, y), in place; leave T of the last point.

    x, y             where it stands (n), (m)
    anchor_x, _y     where the epoch began
    reached_x, _y    T(z) of the point before the last step; reached_x serves as 2 x' − x meanwhile
    """
    row_start, row_column, row_value = rows
    start, row, value = columns
    cost, lower, upper, row_lower, row_upper = limits
    tau, sigma = eta / weight, eta * weight
    for step in range(first, first + count):
        old = 1.0 / (step + 2.0)
        new = 1.0 - old
        for j in range(len(cost)):
            gradient = cost[j]
            for place in range(start[j], start[j + 1]):
                gradient -= value[place] * y[row[place]]
            to = min(max(x[j] - tau * gradient, lower[j]), upper[j])
            reflected = 2.0 * to - x[j]
            reached_x[j] = reflected
            x[j] = new * reflected + old * anchor_x[j]
        for i in range(len(row_lower)):
            activity = 0.0
            for place in range(row_start[i], row_start[i + 1]):
                activity += row_value[place] * reached_x[row_column[place]]
            free = y[i] / sigma - activity
            to = sigma * (free - min(max(free, -row_upper[i]), -row_lower[i]))
            reached_y[i] = to
            y[i] = new * (2.0 * to - y[i]) + old * anchor_y[i]


@compiled
def product(matrix, vector, result):
    """Put the product of a matrix, by rows, and a vector into the result."""
    start, column, value = matrix
    for i in range(len(start) - 1):
        total = 0.0
        for place in range(start[i], start[i + 1]):
            total += value[place] * vector[column[place]]
        result[i] = total

"""How money is written in the terminal: in millions where it is large, else in full."""

MILLION = 1e6
SMALLEST_IN_MILLIONS = 1e5


def money_words(amount: float, currency: str = "", *, sign: bool = False) -> str:
    """Return money by its size, such as `1,234.500 million EUR` or `314.21 EUR`; with `sign`, + for gains."""
    plus = "+" if sign else ""
    if abs(amount) >= SMALLEST_IN_MILLIONS:
        text = f"{amount / MILLION:{plus},.3f} million"
    else:
        text = f"{amount:{plus},.2f}"
    return f"{text} {currency}".rstrip()

"""The commonality indices in use: DCI, TCCI, CI and PCI.

A *use* is a version that carries a part. With d different parts, Phi[j] users of part j, p[m] parts of
version m, and for each of P families i with n[i] users among N versions

    DCI  = sum Phi[j] / d                                               1 .. sum Phi: mean users of a part
    TCCI = 1 - (d - 1) / (sum Phi - 1)                                  0 .. 1: nothing, or all, is shared
    CI   = 1 - (d - max p[m]) / (sum p[m] - max p[m])                   0 .. 1
    PCI  = 100 (sum n f1 f2 f3 - sum 1/n^2) / (P N - sum 1/n^2)         0 .. 100

f1, f2, f3 are the largest shares of the n users that agree in size and shape, in material and process, in
fastening. Here f1 is the largest share with one specification and f2 the largest share with one part
number; f3 is 1, as a study says nothing of fastening.

Sources: D. A. Collier, Decision Sciences 12 (1981) 85-96 (DCI); J. G. Wacker and M. Treleven, Journal of
Operations Management 6 (1986) (TCCI); M. V. Martin and K. Ishii, ASME Design Engineering Technical
Conferences 1996 (CI); S. Kota, K. Sethuraman and R. Miller, Journal of Mechanical Design 122 (2000) 403-410
(PCI).
"""

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[np.int64]
Vector = npt.NDArray[np.float64]


def dci(users: Counts) -> float | None:
    """Return the degree of commonality index (Collier 1981), None without parts; users (d) of each part."""
    return float(users.sum() / users.size) if users.size else None


def tcci(users: Counts) -> float | None:
    """Return the total constant commonality index (Wacker and Treleven 1986), None below two uses."""
    total = int(users.sum())
    return 1 - (users.size - 1) / (total - 1) if total > 1 else None


def ci(users: Counts, parts: Counts) -> float | None:
    """Return the commonality index (Martin and Ishii 1996), None where one product has every use.

    users  (d) of each part        parts  (M) of each product
    """
    most, total = int(parts.max(initial=0)), int(parts.sum())
    return 1 - (users.size - most) / (total - most) if total > most else None


def pci(products: int, carriers: Counts, *factors: Vector) -> float | None:
    """Return the product line commonality index (Kota and others 2000), None where there is nothing to share.

    products  N            carriers  (P) products that carry each component
    factors   (P) each: largest share of the carriers that agree in one respect
    """
    least = float((1.0 / carriers.astype(np.float64) ** 2).sum())
    room = carriers.size * products - least
    common = carriers.astype(np.float64)
    for factor in factors:
        common = common * factor
    return float(100 * (common.sum() - least) / room) if room > 1e-12 else None

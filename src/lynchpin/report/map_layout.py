"""Where a map looks and where names are written: boxes of longitude and latitude, and room for labels.

Maps are equirectangular, so a degree is the same number of pixels everywhere.
"""

from dataclasses import dataclass

WIDTH = 1130.0
CLOSE_WIDTH, CLOSE_HEIGHT, CLOSE_ENOUGH = 52.0, 28.0, 7
LETTER, LINE, POINT = 6.4, 14.0, 6.0

Rectangle = tuple[float, float, float, float]


@dataclass(frozen=True)
class Place:
    """A point on the map: a site or a market."""

    key: str
    name: str
    kind: str
    lat: float
    lon: float


@dataclass(frozen=True)
class Box:
    """A part of the world, in degrees."""

    west: float
    east: float
    south: float
    north: float

    def holds(self, place: Place) -> bool:
        """Tell whether a place lies inside."""
        return self.west <= place.lon <= self.east and self.south <= place.lat <= self.north


def around(places: list[Place], margin: float = 12.0) -> Box:
    """Return the box around places with a margin, no flatter than 3 to 1."""
    west = max(min(place.lon for place in places) - margin, -180.0)
    east = min(max(place.lon for place in places) + margin, 180.0)
    south = max(min(place.lat for place in places) - margin, -58.0)
    north = min(max(place.lat for place in places) + margin, 80.0)
    missing = max(0.0, (east - west) / 3 - (north - south)) / 2
    return Box(west, east, max(south - missing, -85.0), min(north + missing, 85.0))


def densest(places: list[Place]) -> Box | None:
    """Return the part of the world where most places crowd, or None where they do not."""
    if max(place.lon for place in places) - min(place.lon for place in places) < 2 * CLOSE_WIDTH:
        return None
    best: list[Place] = []
    for west in sorted({place.lon for place in places}):
        for south in sorted({place.lat for place in places}):
            box = Box(west, west + CLOSE_WIDTH - 8, south, south + CLOSE_HEIGHT - 6)
            inside = [place for place in places if box.holds(place)]
            best = max(best, inside, key=len)
    return around(best, 4.0) if len(best) >= CLOSE_ENOUGH else None


def height_of(box: Box) -> int:
    """Return the height in pixels of a map that is as wide as the page."""
    return round(WIDTH * (box.north - box.south) / (box.east - box.west))


def spots(named: list[Place], all_places: list[Place], box: Box) -> dict[str, str]:
    """Return where to write the name of each place so that none covers another; the first ones go first."""
    scale = WIDTH / (box.east - box.west)
    points = {
        place: ((place.lon - box.west) * scale, (box.north - place.lat) * scale) for place in all_places
    }
    taken: list[Rectangle] = [(x - POINT, y - POINT, x + POINT, y + POINT) for x, y in points.values()]
    found: dict[str, str] = {}
    for place in named:
        x, y = points[place]
        for spot, rectangle in _candidates(x, y, LETTER * len(place.name)):
            inside = rectangle[0] >= 0 and rectangle[2] <= WIDTH
            if inside and not any(_cover(rectangle, other) for other in taken):
                found[place.key] = spot
                taken.append(rectangle)
                break
    return found


def _candidates(x: float, y: float, wide: float) -> list[tuple[str, Rectangle]]:
    """Return the places around a point where its name may stand."""
    near, half = POINT + 1, LINE / 2
    return [
        ("middle right", (x + near, y - half, x + near + wide, y + half)),
        ("middle left", (x - near - wide, y - half, x - near, y + half)),
        ("top center", (x - wide / 2, y - near - LINE, x + wide / 2, y - near)),
        ("bottom center", (x - wide / 2, y + near, x + wide / 2, y + near + LINE)),
        ("top right", (x, y - near - LINE, x + wide, y - near)),
        ("bottom right", (x, y + near, x + wide, y + near + LINE)),
        ("top left", (x - wide, y - near - LINE, x, y - near)),
        ("bottom left", (x - wide, y + near, x, y + near + LINE)),
    ]


def _cover(one: Rectangle, other: Rectangle) -> bool:
    """Tell whether two rectangles share a point."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]

"""Colours and patterns of rollers, things, floors, mats and walls.  Linear RGB; lengths in metres."""
import numpy as np

from faults import any_colour

GRAIN = 512


def _grain():
    """A square of smooth noise that repeats, mean 0, about -1..1, in three finenesses added up."""
    rng, out = np.random.default_rng(11), np.zeros((GRAIN, GRAIN), np.float32)
    f = np.hypot(*np.meshgrid(np.fft.fftfreq(GRAIN), np.fft.fftfreq(GRAIN)))
    for k, a in ((.01, 1.), (.05, .7), (.2, .5)):
        n = np.fft.ifft2(np.fft.fft2(rng.standard_normal((GRAIN, GRAIN))) * np.exp(-(f / k) ** 2)).real
        out += a * n / n.std()
    return (out / out.std() / 2).astype(np.float32)


NOISE = _grain()


def noise(x, y, fine):
    """Noise at places x, y (metres); `fine` grains to the metre."""
    return NOISE[(np.nan_to_num(y * fine * 8).astype(np.int32)) % GRAIN, (np.nan_to_num(x * fine * 8).astype(np.int32)) % GRAIN]


def linear(srgb):
    """Linear colour of an sRGB one, 0..255."""
    return (np.clip(np.asarray(srgb, np.float32), 0, 255) / 255) ** 2.2


def roller(rng, colour, length, radius):
    """Paint function of a roller: smooth, speckled, ridged, ringed or dotted; solid or hollow; ends of any sort.

    Its attribute `look` says which, for the truth line.
    """
    kind = str(rng.choice(['plain', 'speckle', 'grid', 'ridges', 'rings', 'dots', 'blotch'], p=[.28, .2, .15, .13, .09, .08, .07]))
    second = linear(any_colour(rng)) if rng.random() < .6 else colour * rng.uniform(.2, 1.8)
    hole = rng.uniform(.4, .85) if rng.random() < .45 else 0.
    face = colour * rng.uniform(.7, 1.3) if rng.random() < .6 else linear(any_colour(rng))
    rim = rng.uniform(.05, .3)
    core, ring = linear(any_colour(rng)), rng.random() < .4
    inside = rng.uniform(.02, .35)
    turns, depth = int(rng.integers(6, 20)), rng.uniform(.25, .8)
    along_n = length * rng.uniform(10, 30)

    def paint(p, n, e):
        a, s, out, end = e['turn'], e['along'], e['out'], e['end']
        c = np.broadcast_to(colour, (len(a), 3)).copy()
        if kind == 'speckle':
            c[noise(a * 3, s * length * 8, 9) > .55] = second
        if kind in ('grid', 'dots'):
            ga, gs = (a * turns) % 1, (s * along_n) % 1
            m = (np.minimum(ga, gs) < .2) if kind == 'grid' else ((ga - .5) ** 2 + (gs - .5) ** 2 < .1)
            c[m] *= depth
        if kind == 'ridges':
            c[(a * turns) % 1 < .35] *= depth
        if kind == 'rings':
            c[(np.abs(np.abs(s) - .4) < .05) | (np.abs(s) < .05)] = second
        if kind == 'blotch':
            c[noise(a * 2, s * length * 4, 3) > .2] = second
        f = np.broadcast_to(face, c.shape).copy()
        f[out > 1 - rim * .4] *= .8
        if kind == 'speckle':
            f[noise(out * np.cos(6.28 * a), out * np.sin(6.28 * a), 9) > .6] = second
        if hole:
            if ring:
                f[out < hole + .12] = core
            f[out < hole] = (core if ring else colour) * inside
        c = np.where(end[:, None], f, c)
        return c * (1 + .06 * noise(p[:, 0], p[:, 1] + p[:, 2], 25))[:, None]
    paint.look = dict(kind=kind, hole=float(hole), diameter=2 * float(radius), length=float(length))
    return paint


def rolled_mat(rng, colour):
    """Paint function of a rolled-up mat: a spiral on its ends."""
    n, dark = rng.uniform(4, 9), rng.uniform(.3, .8)

    def paint(p, _, e):
        c = np.broadcast_to(colour, (len(p), 3)).copy()
        c[e['end'] & ((e['out'] * n + e['turn']) % 1 < .3)] *= dark
        return c
    return paint


def thing(rng, colour=None):
    """Paint function of a ball, cushion, box or the like: plain, striped or blotched."""
    colour = linear(any_colour(rng)) if colour is None else np.asarray(colour, np.float32)
    k, second, fine = rng.random(), linear(any_colour(rng)), rng.uniform(2, 12)

    def paint(p, n, e):
        c = np.broadcast_to(colour, (len(p), 3)).copy()
        if k < .15:
            c[(p[:, 2] * fine * 3) % 1 < .4] = second
        elif k < .3:
            c[noise(p[:, 0] + p[:, 1], p[:, 2], fine) > .4] = second
        return c * (1 + .08 * noise(p[:, 0] + p[:, 2], p[:, 1], 15))[:, None]
    return paint


def floor(rng, x, y):
    """Colour of the floor at places x, y (k,): planks, tiles, carpet, rubber, a rug's pattern or plain."""
    kind = str(rng.choice(['planks', 'tiles', 'carpet', 'rubber', 'pattern', 'plain'], p=[.33, .15, .2, .12, .08, .12]))
    base = np.array([.34, .19, .095]) * rng.uniform(.3, 1.6) if kind == 'planks' and rng.random() < .7 else linear(any_colour(rng) * .7 + 60 * rng.random())
    w = rng.uniform(0, np.pi)
    x, y = np.cos(w) * x + np.sin(w) * y, np.cos(w) * y - np.sin(w) * x
    if kind == 'planks':
        wide, long = rng.uniform(.06, .2), rng.uniform(.6, 1.8)
        row = np.floor(y / wide)
        board = np.floor(x / long + row * .37)
        shade = 1 + rng.uniform(.05, .25) * np.sin(row * 12.9898 + board * 78.233) + rng.uniform(.03, .15) * noise(x * .2 + board, y * 3, 8)
        gap = ((y / wide) % 1 < .04) | ((x / long + row * .37) % 1 < .006)
        shade = np.where(gap, shade * rng.uniform(.4, .9), shade)
    elif kind == 'tiles':
        s = rng.uniform(.2, .6)
        shade = 1 + .1 * np.sin(np.floor(x / s) * 12.9 + np.floor(y / s) * 78.2) + .05 * noise(x, y, 4)
        shade = np.where(np.minimum((x / s) % 1, (y / s) % 1) < .02, shade * rng.uniform(.4, 1.5), shade)
    elif kind == 'pattern':
        s = rng.uniform(.1, .5)
        shade = np.where((np.floor(x / s) + np.floor(y / s)) % 2 > 0, rng.uniform(.3, .9), 1) + .06 * noise(x, y, 20)
    else:
        shade = 1 + dict(carpet=.18, rubber=.1, plain=.02)[kind] * noise(x, y, rng.uniform(8, 40)) + .08 * noise(x, y, 1.)
    return (base * np.maximum(shade, .05)[:, None]).astype(np.float32)


def wall(rng, x, z):
    """Colour of the wall at places x, z (k,): plain or in two bands, with a skirting, frames and windows."""
    c = np.broadcast_to(linear(any_colour(rng) * .35 + 140), (len(x), 3)).copy()
    if rng.random() < .3:
        c[z < rng.uniform(.4, 1.2)] = linear(any_colour(rng))
    c *= (1 + .05 * noise(x, z, 3))[:, None]
    for _ in range(int(rng.integers(0, 4))):
        x0, z0, w, h = rng.uniform(-2.5, 2), rng.uniform(.3, 1.6), rng.uniform(.3, 1.6), rng.uniform(.3, 1.2)
        m = (x > x0) & (x < x0 + w) & (z > z0) & (z < z0 + h)
        c[m] = rng.uniform(1.2, 3.) if rng.random() < .4 else linear(any_colour(rng))
    c[z < .08] = linear(any_colour(rng))
    return c

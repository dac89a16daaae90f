"""What a webcam does to a picture, and other colours for what is in it.  All work on RGB uint8 crops (h, w, 3)."""
import cv2
import numpy as np

from work import FLOOR, MAT, PROP, ROLLER, STRAY, WALL


def any_colour(rng):
    """An RGB colour (3,) 0..255: a quarter nearly black, some grey, the rest of any hue."""
    k = rng.random()
    if k < .25:
        return np.full(3, rng.uniform(10, 50)) * rng.uniform(.85, 1.15, 3)
    if k < .4:
        return np.full(3, rng.uniform(60, 240)) * rng.uniform(.93, 1.07, 3)
    hsv = np.uint8([[[rng.integers(0, 180), rng.integers(60, 256), rng.integers(60, 250)]]])
    return cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)[0, 0].astype(float)


def recolour(crop, ids, rng):
    """Paints the roller, floor, mat, wall or things in other colours, keeping light and shade.

    In a quarter of the calls one of them takes the colour of another (the mat the roller's, the roller the
    clothes'), which is what makes a roller hard to see.
    """
    out = crop.astype(np.float32)
    means = {}
    for k in (ROLLER, FLOOR, MAT, WALL, PROP, STRAY, 1):
        m = ids == k
        if m.sum() > 20:
            means[k] = crop[m].mean(0) + 4.
    todo = [k for k in means if k != 1 and rng.random() < (.6 if k == ROLLER else .4)]
    match = rng.random() < .25 and len(means) > 1
    for k in todo:
        want = any_colour(rng)
        if match and k in (ROLLER, MAT):
            other = [j for j in means if j != k and j in (ROLLER, MAT, FLOOR, 1)]
            if other:
                want = means[other[int(rng.integers(len(other)))]] * rng.uniform(.8, 1.2)
                match = False
        soft = cv2.blur((ids == k).astype(np.float32), (3, 3))[..., None]
        shade = (out + 2) / means[k]
        if rng.random() < .3:                                     # flatter or livelier pattern
            shade = np.maximum(1 + (shade - 1) * rng.uniform(.3, 1.6), .05)
        out += soft * (shade * want - out)
        means[k] = want
    return np.clip(out, 0, 255).astype(np.uint8)


def webcam(crop, rng):
    """Light, colour, blur, noise and compression faults, each in some of the calls."""
    f = crop.astype(np.float32)
    h, w = f.shape[:2]
    if rng.random() < .15:                                        # a window or lamp in the picture
        x, y, r = rng.uniform(0, w), rng.uniform(-.2, .6) * h, rng.uniform(.2, .8) * w
        gx, gy = np.arange(w) - x, np.arange(h) - y
        f += rng.uniform(40, 200) * np.exp(-(gx[None] ** 2 + gy[:, None] ** 2) / (r * r))[..., None]
    if rng.random() < .3:                                         # light that falls off to one side
        a = rng.uniform(0, 2 * np.pi)
        g = np.cos(a) * np.linspace(-1, 1, w)[None] + np.sin(a) * np.linspace(-1, 1, h)[:, None]
        f *= (1 + rng.uniform(0, .4) * g)[..., None]
    f = 255 * np.clip(f / 255, 0, 1.6) ** np.exp(rng.normal(0, .18)) * np.exp(rng.normal(0, .2))
    f *= np.exp(rng.normal(0, .15 if rng.random() < .2 else .04, 3))
    dark = rng.random() < .12
    if dark:
        f *= rng.uniform(.25, .6)
    if rng.random() < .25:                                        # dull or gaudy colours
        g = f.mean(2, keepdims=True)
        f = g + (f - g) * rng.uniform(0 if rng.random() < .2 else .4, 1.5)
    f = np.clip(f, 0, 255).astype(np.uint8)
    k = rng.random()
    if k < .35:
        f = cv2.GaussianBlur(f, (0, 0), rng.uniform(.3, 1.3))
    elif k < .45:
        n, a = int(rng.integers(3, 8)), rng.uniform(0, np.pi)
        kernel = np.zeros((9, 9), np.float32)
        d = np.array([np.cos(a), np.sin(a)]) * n / 2
        cv2.line(kernel, tuple(int(v) for v in np.round(4 - d)), tuple(int(v) for v in np.round(4 + d)), 1., 1)
        f = cv2.filter2D(f, -1, kernel / kernel.sum())
    elif k < .65:
        s = rng.uniform(.35, .9)
        f = cv2.resize(cv2.resize(f, None, fx=s, fy=s, interpolation=cv2.INTER_AREA), (w, h), interpolation=cv2.INTER_LINEAR)
    elif k < .75:
        f = cv2.addWeighted(f, 1.6, cv2.GaussianBlur(f, (0, 0), 1.2), -.6, 0)
    if rng.random() < .6:
        s = rng.uniform(1, 14 if dark else 9)
        noise = rng.standard_normal((h, w, 1), np.float32) * s
        if rng.random() < .5:
            n = rng.standard_normal((h // 2, w // 2, 3), np.float32) * s * .7
            noise = noise + cv2.resize(n, (w, h))
        f = np.clip(f + noise, 0, 255).astype(np.uint8)
    if rng.random() < .5:
        q = int(rng.integers(25, 92))
        f = cv2.imdecode(cv2.imencode('.jpg', f, [cv2.IMWRITE_JPEG_QUALITY, q])[1], cv2.IMREAD_COLOR)
    return f

"""Ray-cast shapes on a canvas with depth: the cheap half of the training set is painted with these.

World frame and Camera as in geometry.py.  Colours are linear RGB, floor in full light = its own colour.  A shape
answers a bundle of rays with depth along the optical axis (inf where missed), normals and, for cylinders, the
surface coordinates that patterns need.
"""
import numpy as np


class Canvas:
    """Colour (h, w, 3), depth (h, w) in metres along the optical axis and ids (h, w) of one picture."""

    def __init__(self, cam, light):
        self.cam, self.light = cam, light
        h, w = cam.height, cam.width
        self.colour = np.zeros((h, w, 3), np.float32)
        self.depth = np.full((h, w), np.inf, np.float32)
        self.ids = np.zeros((h, w), np.uint8)

    def box(self, centre, reach):
        """Pixels x0, y0, x1, y1 that a ball of this reach (metres) around centre can touch, or None."""
        x, y, d = self.cam.project(centre)
        if d < reach + .1:
            return None
        r = self.cam.focal * reach / (d - reach) + 2
        b = (max(int(x - r), 0), max(int(y - r), 0), min(int(x + r) + 1, self.cam.width), min(int(y + r) + 1, self.cam.height))
        return b if b[0] < b[2] and b[1] < b[3] else None

    def draw(self, centre, reach, hit, paint, ident):
        """Draws what `hit(origin, rays)` gives: t, normal, extra.  paint(points, normal, extra) -> colour (k, 3).

        Returns the pixels won as a mask of the whole picture, before later shapes cover them.
        """
        won_all = np.zeros(self.depth.shape, bool)
        b = self.box(centre, reach)
        if b is None:
            return won_all
        rays = self.cam.rays(b)
        t, normal, extra = hit(self.cam.pos.astype(np.float32), rays)
        part = np.s_[b[1]:b[3], b[0]:b[2]]
        won = t < self.depth[part]
        if won.any():
            points = self.cam.pos.astype(np.float32) + rays[won] * t[won][:, None]
            n = normal[won]
            c = paint(points, n, {k: v[won] for k, v in extra.items()})
            self.colour[part][won] = c * self.light.on(n)[:, None]
            self.depth[part][won] = t[won]
            self.ids[part][won] = ident
            won_all[part] = won
        return won_all


class Light:
    """Soft light from above and a key light; 1 on an unshaded floor."""

    def __init__(self, rng):
        k = np.array([rng.normal(), rng.normal(), abs(rng.normal()) + .6])
        self.key = (k / np.linalg.norm(k)).astype(np.float32)
        self.share = rng.uniform(.15, .7)
        self.low = rng.uniform(.15, .55)                          # what reaches a surface that faces down

    def on(self, n):
        """Light on surfaces with these normals (k, 3) -> (k,)."""
        sky = self.low + (1 - self.low) * (.5 + .5 * n[:, 2])
        return sky * (1 - self.share) + self.share * np.maximum(n @ self.key, 0) / self.key[2]


def unit(v):
    v = np.asarray(v, np.float32)
    return v / np.linalg.norm(v)


def cylinder(centre, axis, radius, length):
    """Hit function of a closed cylinder.  Extra: turn 0..1, along -.5..+.5 of the length, out 0..1, end (bool)."""
    c, a = np.asarray(centre, np.float32), unit(axis)
    u = unit(np.cross(a, [0, 0, 1.] if abs(a[2]) < .9 else [1., 0, 0]))
    v = np.cross(a, u)

    def hit(o, d):
        q = o - c
        dx, dy, da = d @ u, d @ v, d @ a
        ox, oy, oa = q @ u, q @ v, q @ a
        A, B, C = dx * dx + dy * dy, dx * ox + dy * oy, ox * ox + oy * oy - radius * radius
        root = B * B - A * C
        with np.errstate(divide='ignore', invalid='ignore'):
            ts = np.where(root > 0, (-B - np.sqrt(np.maximum(root, 0))) / A, np.inf)
            ts = np.where((ts > 0) & (np.abs(oa + ts * da) <= length / 2), ts, np.inf)
            te = (-np.sign(da) * length / 2 - oa) / da
            out = np.hypot(ox + te * dx, oy + te * dy) / radius
            te = np.where((te > 0) & (out <= 1), te, np.inf)
        end = te < ts
        t = np.minimum(ts, te).astype(np.float32)
        tt = np.where(np.isfinite(t), t, 0)
        x, y, s = ox + tt * dx, oy + tt * dy, oa + tt * da
        side = (x[..., None] * u + y[..., None] * v) / radius
        normal = np.where(end[..., None], -np.sign(da)[..., None] * a, side).astype(np.float32)
        return t, normal, dict(turn=np.arctan2(y, x) / (2 * np.pi) % 1, along=s / length, out=np.hypot(x, y) / radius, end=end)
    return hit


def ellipsoid(centre, size, yaw=0.):
    """Hit function of an ellipsoid with half axes `size`, turned about z by yaw degrees."""
    c, s = np.asarray(centre, np.float32), np.asarray(size, np.float32)
    w = np.radians(yaw)
    R = np.array([[np.cos(w), np.sin(w), 0], [-np.sin(w), np.cos(w), 0], [0, 0, 1]], np.float32)

    def hit(o, d):
        q, e = R @ (o - c) / s, d @ R.T / s
        A, B, C = (e * e).sum(-1), e @ q, q @ q - 1
        root = B * B - A * C
        t = np.where(root > 0, (-B - np.sqrt(np.maximum(root, 0))) / A, np.inf).astype(np.float32)
        t = np.where(t > 0, t, np.inf).astype(np.float32)
        p = q + e * np.where(np.isfinite(t), t, 0)[..., None]
        n = (p / s) @ R
        return t, (n / np.maximum(np.linalg.norm(n, axis=-1, keepdims=True), 1e-6)).astype(np.float32), {}
    return hit


def block(centre, size, yaw=0.):
    """Hit function of a box with full edges `size`, turned about z by yaw degrees."""
    c, s = np.asarray(centre, np.float32), np.asarray(size, np.float32) / 2
    w = np.radians(yaw)
    R = np.array([[np.cos(w), np.sin(w), 0], [-np.sin(w), np.cos(w), 0], [0, 0, 1]], np.float32)

    def hit(o, d):
        q, e = R @ (o - c), d @ R.T
        e = np.where(np.abs(e) < 1e-6, 1e-6, e)
        lo, hi = (-np.sign(e) * s - q) / e, (np.sign(e) * s - q) / e
        t0, t1 = lo.max(-1), hi.min(-1)
        t = np.where((t0 < t1) & (t0 > 0), t0, np.inf).astype(np.float32)
        n = -np.sign(e) * (lo == t0[..., None])
        return t, (n @ R).astype(np.float32), {}
    return hit

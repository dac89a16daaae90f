"""Cameras, the ends of a roller in a picture, and the crop that the network looks through.

Frames of reference. World: metres, x along the exercise line, y away from the camera side, z up, floor z = 0.
Picture: pixels, x right, y down, the centre of the top-left pixel is (0, 0).  Crop: the same in a square of
SIZE pixels.  Grid: the network's output, STRIDE crop pixels to a cell; the centre of cell (0, 0) lies at crop
pixel (1.5, 1.5).
"""
import cv2
import numpy as np

SIZE = 160                # crop pixels along each side
STRIDE = 4                # crop pixels to a cell of the output
OUTSIDE = 114             # grey value of what lies outside the picture
SIDES = (4.0, 2.6)        # side of the crop in torso lengths, first and second look
DOWN = 0.25               # the first look is centred this many torso lengths below the middle of the torso
TORSO_M = 0.5             # what a torso is taken to measure where nobody is in the picture, metres


class Camera:
    """A pin-hole camera from its description: pos, right, up, forward (world), focal length and size in pixels."""

    def __init__(self, d):
        self.pos, self.right, self.up, self.forward = (np.array(d[k], float) for k in ('pos', 'right', 'up', 'forward'))
        self.focal, self.width, self.height = float(d['focal']), int(d['width']), int(d['height'])

    def project(self, p):
        """World points (..., 3) -> (..., 3): picture x, y and depth along the optical axis in metres."""
        q = np.asarray(p, float) - self.pos
        depth = np.maximum(q @ self.forward, 1e-3)
        x = self.width / 2 + self.focal * (q @ self.right) / depth - .5
        y = self.height / 2 - self.focal * (q @ self.up) / depth - .5
        return np.stack([x, y, q @ self.forward], -1)

    def rays(self, box=None):
        """Directions (h, w, 3) through the pixels of box = x0, y0, x1, y1; their part along the axis is 1."""
        x0, y0, x1, y1 = box or (0, 0, self.width, self.height)
        x = (np.arange(x0, x1, dtype=np.float32) + .5 - self.width / 2) / self.focal
        y = (self.height / 2 - np.arange(y0, y1, dtype=np.float32) - .5) / self.focal
        r, u, f = (a.astype(np.float32) for a in (self.right, self.up, self.forward))
        return f + x[None, :, None] * r + y[:, None, None] * u


def roller_ends(cam, centre, axis, radius, length):
    """Both ends of a roller in the picture, the nearer first.

    centre, axis (unit), radius, length: world, metres.  Returns near and far as (x, y) in pixels, the near
    circle's radius in pixels (half the long axis of its ellipse) and whether near and far can hardly be told
    apart (the axis lies almost across the line of sight, or the ends are equally far away).
    """
    ends = [np.asarray(centre) + s * np.asarray(axis) * length / 2 for s in (-1, 1)]
    ends.sort(key=lambda e: np.linalg.norm(e - cam.pos))
    near, far = cam.project(ends[0]), cam.project(ends[1])
    side = np.array([axis[1], -axis[0], 0.])
    if np.linalg.norm(side) < 1e-6:                               # an upright axis: any direction across will do
        side = np.array([1., 0, 0])
    side /= np.linalg.norm(side)
    turn = np.linspace(0, 2 * np.pi, 48, endpoint=False)[:, None]
    ring = ends[0] + radius * (np.cos(turn) * side + np.sin(turn) * np.cross(side, axis))
    _, (w, h), _ = cv2.fitEllipse(cam.project(ring)[:, :2].astype(np.float32))
    return near[:2], far[:2], max(w, h) / 2, alike(cam, centre, axis)


def alike(cam, centre, axis):
    """Whether the two ends are too much alike to say which is nearer: the axis within 12 degrees of across."""
    sight = np.asarray(centre, float) - cam.pos
    return bool(abs(sight @ np.asarray(axis)) / np.linalg.norm(sight) < np.sin(np.radians(12)))


def first_look(hip, shoulder):
    """Centre (x, y) and side in pixels of the first crop from the middles of hips and shoulders, in pixels."""
    hip, shoulder = np.asarray(hip, float), np.asarray(shoulder, float)
    torso = float(np.hypot(*(shoulder - hip)))
    return (hip + shoulder) / 2 + [0, DOWN * torso], SIDES[0] * torso


def second_look(near, far, torso):
    """Centre and side of the second crop: a quarter of the way from the near end found to the far end found."""
    near, far = np.asarray(near, float), np.asarray(far, float)
    return near + (far - near) / 4, SIDES[1] * torso


def crop_matrix(centre, side, size=SIZE):
    """2x3 matrix from picture to crop: `side` picture pixels become `size` crop pixels, upright."""
    k = size / side
    return np.array([[k, 0, (size - 1) / 2 - k * centre[0]], [0, k, (size - 1) / 2 - k * centre[1]]])


def cut(img, matrix, size=SIZE, outside=OUTSIDE):
    """Crop of size x size pixels; shrunk by averaging first where the picture is much finer than the crop."""
    k = matrix[0, 0]
    if k < .6:
        fine = 1 / max(1, round(.8 / k))
        small = cv2.resize(img, None, fx=fine, fy=fine, interpolation=cv2.INTER_AREA)
        fx, fy = small.shape[1] / img.shape[1], small.shape[0] / img.shape[0]
        # x_small = fx (x + 1/2) - 1/2, so x = (x_small + 1/2) / fx - 1/2
        matrix = np.array([[k / fx, 0, matrix[0, 2] + k * (.5 / fx - .5)], [0, k / fy, matrix[1, 2] + k * (.5 / fy - .5)]])
        img = small
    return cv2.warpAffine(img, matrix, (size, size), flags=cv2.INTER_LINEAR,
                          borderMode=cv2.BORDER_CONSTANT, borderValue=(outside,) * 3)


def to_input(crops):
    """uint8 RGB crops (n, h, w, 3) -> network input (n, 3, h, w) float32, (x - 128) / 64."""
    return np.ascontiguousarray(((crops.astype(np.float32) - 128) / 64).transpose(0, 3, 1, 2))

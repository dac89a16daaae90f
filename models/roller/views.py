"""From a scene to what the network trains on: a crop, and what it should say about it.

The crops follow the convention in README.md, with the errors of a pose finder as jitter.
"""
import glob
import json
import os

import cv2
import numpy as np

from faults import recolour, webcam
from geometry import DOWN, OUTSIDE, SIDES, SIZE, STRIDE, TORSO_M, Camera, crop_matrix, cut, second_look
from net import RADIUS, VOTE
from work import PERSON, ROLLER, STRAY, Scenes

# Channels of a target: mask, near heat, far heat, votes near x y, far x y, log radius, weight of votes.
CHANNELS = 9
# Numbers of a view: presence and its weight, weight of the mask, weight of the heat, near and far alike.
NUMBERS = 5
# How often scenes are drawn, in times a plain one: those that a network was wrong about (hard.py), those with such a share
# of the near face seen, those with persons in a posture that few scenes have; and at most.
HARD, HALF_SEEN, HALF, RARE, SELDOM, MOST = 3., 1.5, (.2, .85), 2., ('side_lat', 'prone', 'glute'), 5.


class Pool:
    """All scenes of one or more folders, positives and negatives apart, re-read on demand."""

    def __init__(self, folders, extra=None):
        self.sets = [Scenes(f) for f in folders]
        self.extra = extra
        self.refresh()

    def refresh(self):
        """Takes in scenes written since.  Order: by folder, then by age."""
        scenes, weights = {True: [], False: []}, {True: [], False: []}
        truths = [s.read() for s in self.sets]
        posture = {t['id']: t['scenario'] for truth in truths for t in truth if 'scenario' in t}    # of rendered persons
        for s, truth in zip(self.sets, truths):
            hard = s.hard()
            for t in truth:
                scenes[t['roller'] is not None].append((s, t))
                weights[t['roller'] is not None].append(say(t, posture.get(t.get('source', t['id'])), hard.get(t['id'], False)))
        if self.extra:                                                # tidy and all alike: a third of the say
            extra = extra_truth(self.extra)
            scenes[True] += [(Scenes(self.extra), t) for t in extra]
            weights[True] += [1 / 3] * len(extra)
        self.sides = [(scenes[w], np.cumsum(weights[w])) for w in (True, False) if scenes[w]]
        self.size = sum(len(s) for s, _ in self.sides)

    def draw(self, rng):
        """A scene: with a roller in use in half of the draws, if there are any of both; then as much as each has a say."""
        scenes, upto = self.sides[0 if rng.random() < .5 else -1]
        return scenes[int(np.searchsorted(upto, rng.random() * upto[-1], 'right'))]


def say(t, posture, wrong):
    """How often a scene is drawn, in times a plain one.  posture: the scenario of its person, wrong: by hard.py."""
    half = t['roller'] is not None and HALF[0] < t['roller']['face'] < HALF[1]
    return min((HARD if wrong else 1.) * (HALF_SEEN if half else 1.) * (RARE if posture in SELDOM else 1.), MOST)


def extra_truth(folder):
    """Frames with a person on the roller and no masks, as truth lines of ours."""
    out = []
    for path in sorted(glob.glob(os.path.join(folder, 'truth_*.jsonl'))):
        with open(path) as f:
            for line in f:
                if not line.endswith('\n'):
                    continue
                t = json.loads(line)
                r = t.get('roller')
                if not r or t['roller_px'] < 20 or not t['person_visible']:
                    continue
                out.append(dict(id=t['id'], kind='extra', roller_px=t['roller_px'], torso_px=t['torso_px'],
                                hip=t['hip_mid']['px'], shoulder=t['shoulder_mid']['px'], strays=[], place=None, camera=None,
                                roller=dict(near=r['near']['px'], far=r['far']['px'], radius=r['near']['radius_px'],
                                            face=r['near']['face_visible'], alike=False)))
    return out


def torso_pixels(t):
    """Torso length in pixels; where nobody is, that of a torso of TORSO_M metres at the roller's place."""
    if t.get('torso_px'):
        return max(float(t['torso_px']), 12.)
    cam = Camera(t['camera'])
    return TORSO_M * cam.focal / max(cam.project(t['place']['centre'])[2], .5)


def window(t, shape, ids, rng, size):
    """Centre and side (picture pixels) of a training window of `size` crop pixels: first, second or wide look."""
    torso = torso_pixels(t)
    kind, zoom = rng.random(), np.exp(rng.uniform(np.log(.8), np.log(1.25)))
    h, w = shape[:2]
    place = None if t['camera'] is None else Camera(t['camera']).project(t['place']['centre'])[:2]
    if kind < .08:                                                # the whole picture, as at set-up
        centre, side = np.array([w / 2, h / 2]) + rng.normal(0, .04 * w, 2), w * rng.uniform(.65, 1.1) * size / SIZE
        return (np.clip(place + rng.normal(0, .1 * w, 2), 0, [w, h]) if size < SIZE and place is not None else centre), side
    if kind < .52:
        if t.get('hip'):
            middle = (np.array(t['hip']) + t['shoulder']) / 2
        else:
            middle = place + rng.normal(0, .5 * torso, 2) - [0, .3 * torso]
        centre, side = middle + [0, DOWN * torso] + rng.uniform(-.35, .35, 2) * torso, SIDES[0] * torso * zoom
        if size < SIZE:                                           # a part of the crop, anywhere in it
            centre = centre + rng.uniform(-.5, .5, 2) * side * (1 - size / SIZE)
    else:
        if t['roller']:
            centre, _ = second_look(t['roller']['near'], t['roller']['far'], torso)
        else:
            centre = doubtful_place(t, ids, place, torso, rng)
        centre, side = centre + rng.uniform(-.3, .3, 2) * torso, SIDES[1] * torso * zoom
    return centre, side * size / SIZE


def doubtful_place(t, ids, place, torso, rng):
    """Where a first look might wrongly see a roller: at a thing on the floor, or below the body."""
    k = rng.random()
    if ids is not None and k < .45:
        ys, xs = np.nonzero((ids == STRAY) | (ids == 9))
        if len(xs) > 30:
            i = int(rng.integers(len(xs)))
            return np.array([xs[i], ys[i]], float)
    return place + rng.normal(0, (.25 if k < .8 else .8) * torso, 2)


def make(scene, t, rng, size, count=1, clean=False):
    """`count` views of a scene as lists of crops (size, size, 3) RGB, targets (CHANNELS, g, g) and numbers."""
    img, ids = scene.load(t['id'])
    out = []
    for _ in range(count):
        centre, side = window(t, img.shape, ids, rng, size)
        out.append(view(img, ids, t, crop_matrix(centre, side, size), rng, size, clean))
    return out


def view(img, ids, t, m, rng, size, clean=False):
    """One view through the matrix m (picture to crop): crop, targets, numbers."""
    flip = not clean and rng.random() < .5
    crop = cv2.cvtColor(cut(img, m, size), cv2.COLOR_BGR2RGB)
    cids = None if ids is None else cv2.warpAffine(ids, m, (size, size), flags=cv2.INTER_NEAREST)
    soft = None if ids is None else cut(((ids == ROLLER) * 255).astype(np.uint8), m, size, outside=0)
    if not clean:
        if cids is not None and rng.random() < .5:
            crop = recolour(crop, cids, rng)
        crop = webcam(crop, rng)
    x0, y0 = np.ceil(m[:, 2] - .5 * m[0, 0]).astype(int)          # grey outside the picture, whatever the faults did
    x1, y1 = np.floor(m[:, 2] + m[0, 0] * (np.array(img.shape[1::-1]) - .5)).astype(int)
    crop[:max(y0, 0)], crop[max(y1 + 1, 0):], crop[:, :max(x0, 0)], crop[:, max(x1 + 1, 0):] = (OUTSIDE,) * 4
    y, n = targets(t, m, soft, cids, size)
    if flip:
        crop, y = np.ascontiguousarray(crop[:, ::-1]), np.ascontiguousarray(y[:, :, ::-1])
        y[3], y[5] = -y[3], -y[5]
    return crop, y, n


def targets(t, m, soft, cids, size):
    """Targets (CHANNELS, g, g) float16 and numbers (NUMBERS,) float32 of one window."""
    g = size // STRIDE
    y, n = np.zeros((CHANNELS, g, g), np.float32), np.array([0, 1, soft is not None, 1, 0], np.float32)
    r = t['roller']
    if r is None:
        if cids is not None and (cids == STRAY).sum() > 25 and np.isin(cids, PERSON).sum() < .05 * size * size:
            n[1] = n[2] = n[3] = 0                                # a roller beside nobody: neither right nor wrong
        return y.astype(np.float16), n
    k = m[0, 0]
    near, far = (np.array(r[e]) @ m[:, :2].T + m[:, 2] for e in ('near', 'far'))
    radius, all_seen = r['radius'] * k, t['roller_px'] * k * k
    inside = bool((near > -1).all() and (near < size).all())
    if soft is not None:
        y[0] = cv2.resize(soft, (g, g), interpolation=cv2.INTER_AREA) / 255.
        seen = float(y[0].sum()) * STRIDE ** 2
    else:                                                         # no mask: the near end's disc will do for the votes
        cy, cx = np.mgrid[0:g, 0:g] * STRIDE + (STRIDE - 1) / 2
        seen = all_seen if inside else 0.
        if r['face'] > .6:
            y[0] = (cx - near[0]) ** 2 + (cy - near[1]) ** 2 < (.8 * radius) ** 2
    if inside and seen >= max(12, .25 * all_seen) and radius > 1.8:
        n[0] = 1
    elif seen >= 3 or all_seen < 12 or (soft is None and not inside):
        n[1] = 0
        n[3] = float(seen >= 12)
    if n[0] or n[3]:
        cell = lambda p: (p - (STRIDE - 1) / 2) / STRIDE
        gy, gx = np.mgrid[0:g, 0:g]
        if seen >= 12:
            for c, p, s in ((1, near, .9), (2, far, 1.2)):
                q = cell(p)
                y[c] = np.exp(-((gx - q[0]) ** 2 + (gy - q[1]) ** 2) / (2 * s * s))
            for c, p in ((3, near), (5, far)):
                y[c] = (p[0] - gx * STRIDE - 1.5) / VOTE
                y[c + 1] = (p[1] - gy * STRIDE - 1.5) / VOTE
            y[7] = np.log(max(radius, 1.) / RADIUS)
            y[8] = y[0] > .35
    if soft is None:
        y[0] = 0
    n[4] = bool(r['alike'])
    return y.astype(np.float16), n

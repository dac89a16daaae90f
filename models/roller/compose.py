"""Composes scenes from rendered persons and ray-cast rollers: volume for the training set, at a few per second.

    python3 compose.py --work DIR [--count N] [--set train|held] [--pause-file FILE]

Takes frames of kind `bare` (a person posed as on a roller that is not there, with its depth) from
WORK/scenes/render-SET and writes WORK/scenes/compose-SET.  Half of the scenes get a roller: of any length, look
and colour, shifted and turned, hidden by body and limbs as depth has it.  The other half get none, but what may
be taken for one.  Rooms, mats, shadows and clutter are drawn anew in most scenes.  Goes on where it stopped.
"""
import argparse
import os
import time

import cv2
import numpy as np

import paint
from faults import any_colour
from geometry import Camera, roller_ends
from shapes import Canvas, Light, block, cylinder, ellipsoid
from work import FLOOR, MAT, OCCLUDER, PERSON, PROP, ROLLER, STRAY, WALL, Scenes, wait_while_paused

SEEDS = dict(train=1_000_000_000, held=2_000_000_000)
GRID, EXTENT = .03, 3.                             # of the shadow map on the floor: metres to a cell, half width


class Source:
    """A rendered person: truth line, linear colour, ids, depth and the points of the body in the world."""

    def __init__(self, scenes, t):
        self.t, self.cam = t, Camera(t['camera'])
        img, self.ids = scenes.load(t['id'])
        self.colour = paint.linear(img[..., ::-1])
        self.depth = scenes.load_depth(t['id'])
        self.person = np.isin(self.ids, PERSON) & (self.depth > 0)
        self.points = self.cam.pos + self.cam.rays()[self.person] * self.depth[self.person][:, None]


def overhead(points):
    """How much body is above each place of the floor, 0..1: (n, n) over +- EXTENT metres, softened."""
    n = int(2 * EXTENT / GRID)
    if not len(points):
        return np.zeros((n, n), np.float32)
    i = np.clip(((points[:, :2] + EXTENT) / GRID).astype(int), 0, n - 1)
    m = np.zeros((n, n), np.float32)
    m[i[:, 1], i[:, 0]] = 1
    m = cv2.morphologyEx(m, cv2.MORPH_CLOSE, np.ones((9, 5), np.uint8))
    # the camera sees one side only: the body's far half lies behind
    m = np.maximum(m, np.roll(m, 4, 0))
    return cv2.GaussianBlur(m, (0, 0), 2.5)


def at(grid, x, y):
    """Value of the overhead map at places of the floor."""
    n = len(grid)
    i = np.clip((np.nan_to_num(x) + EXTENT) / GRID, 0, n - 1).astype(int)
    return grid[np.clip((np.nan_to_num(y) + EXTENT) / GRID, 0, n - 1).astype(int), i]


def room(canvas, rng, src, roof, want_mat):
    """Floor, mat and wall: painted anew, or those of the render with the person's shadow in them."""
    cam, rays = canvas.cam, canvas.cam.rays()
    with np.errstate(divide='ignore', invalid='ignore'):
        tf = np.where(rays[..., 2] < -1e-4, -cam.pos[2] / rays[..., 2], np.inf)
        wall_y = src.t['look']['wall_y']
        tw = np.where(rays[..., 1] > 1e-4, (wall_y - cam.pos[1]) / rays[..., 1], np.inf)
    ground = tf <= tw
    canvas.depth = np.minimum(tf, tw).astype(np.float32)
    canvas.ids[:] = np.where(ground, FLOOR, WALL)
    far = np.where(ground, tf, 0)
    fx, fy = cam.pos[0] + far * rays[..., 0], cam.pos[1] + far * rays[..., 1]
    if want_mat is not None or rng.random() < .75:
        canvas.colour[ground] = paint.floor(rng, fx[ground], fy[ground])
        w = np.isfinite(canvas.depth) & ~ground
        canvas.colour[w] = paint.wall(rng, cam.pos[0] + tw[w] * rays[..., 0][w], cam.pos[2] + tw[w] * rays[..., 2][w])
        canvas.colour[~np.isfinite(canvas.depth)] = .5
        if want_mat is not None:
            a, long, wide = np.radians(rng.normal(0, 5)), rng.uniform(1.5, 2.), rng.uniform(.5, .9)
            x, y = fx - rng.normal(0, .3), fy - rng.normal(0, .1)
            x, y = np.cos(a) * x + np.sin(a) * y, np.cos(a) * y - np.sin(a) * x
            m = ground & (np.abs(x) < long / 2) & (np.abs(y) < wide / 2)
            canvas.colour[m] = want_mat * (1 + rng.uniform(.02, .12) * paint.noise(x[m], y[m], rng.uniform(5, 30)))[:, None]
            canvas.ids[m] = MAT
        g = np.array([rng.normal(0, .12), rng.normal(0, .12)])    # light that falls off across the room
        shade = np.clip(1 + g[0] * fx[ground] + g[1] * fy[ground], .3, 1.7) * (1 - rng.uniform(.3, .8) * at(roof, fx[ground], fy[ground]))
        canvas.colour[ground] *= shade[:, None]
    else:
        back = ~src.person
        canvas.colour[back] = src.colour[back]
        canvas.ids[back] = src.ids[back]
        canvas.colour[~back] = .2
    return ground, fx, fy


def place_roller(rng, src, alone):
    """Centre, axis, radius and length (world) of a roller under the person, or anywhere on the floor."""
    radius, length = src.t['roller_param']['diameter'] / 2, rng.uniform(.30, .95)
    c, a = np.array(src.t['place']['centre']), np.array(src.t['place']['axis'])
    if alone:
        radius = rng.uniform(.05, .09)
        c, turn = np.array([rng.uniform(-.8, .8), rng.uniform(-.5, .6), 0]), np.radians(rng.uniform(-85, 85))
    else:
        radius *= rng.uniform(.92, 1.04)
        turn = np.radians(rng.normal(0, 7) if rng.random() < .85 else rng.uniform(-35, 35))
        c = c + a * np.clip(rng.normal(0, .12), -.3, .3) * length + [rng.normal(0, .02), 0, 0]
        if rng.random() < .1:                                     # under hips, thighs or calves
            c = c + np.array([rng.uniform(-.7, .7), 0, 0])
    a = np.array([np.cos(turn) * a[0] - np.sin(turn) * a[1], np.sin(turn) * a[0] + np.cos(turn) * a[1], 0.])
    c[2] = radius
    return c, a / np.linalg.norm(a), radius, length


def shadow(canvas, ground, fx, fy, centre, axis, radius, length, rng):
    """The roller's shadow and contact on the floor."""
    dx, dy = fx - centre[0], fy - centre[1]
    s, across = np.abs(dx * axis[0] + dy * axis[1]), np.abs(dx * axis[1] - dy * axis[0])
    wide = radius * rng.uniform(.7, 1.6)
    k = np.exp(-(across / wide) ** 2) / (1 + np.exp(np.clip((s - length / 2) / .015, -30, 30)))
    m = ground & np.isin(canvas.ids, (FLOOR, MAT))
    canvas.colour[m] *= (1 - rng.uniform(.3, .85) * k[m])[:, None]


def clutter(canvas, rng, beside, under):
    """Balls, plates, bottles, rolled mats, cushions, boxes, dumb-bells, standing and lying second rollers.

    beside: how many on the floor around; under: (centre, radius) where something lies in the roller's place, or None.
    Returns what was put there, by name.
    """
    names, r = [], rng.uniform
    for k in range(beside):
        name = str(rng.choice(['ball', 'plate', 'bottle', 'rolled mat', 'cushion', 'box', 'dumb-bell', 'standing roller', 'lying roller']))
        p = np.array([r(-1.5, 1.5), r(.4, 1.2) if rng.random() < .75 else r(-.9, -.45), 0.])
        flat = lambda: np.array([np.sin(a), np.cos(a), 0.])
        a = r(-1.5, 1.5)
        colour = paint.linear(any_colour(rng))
        if name == 'ball':
            q = r(.04, .3)
            canvas.draw(p + [0, 0, q], q, ellipsoid(p + [0, 0, q], (q, q, q)), paint.thing(rng), PROP)
        elif name == 'plate':
            q, w = r(.1, .23), r(.02, .06)
            tilt = r(0, .4)
            axis = flat() * np.cos(tilt) + np.array([0, 0, np.sin(tilt)])
            c = p + [0, 0, q * np.cos(tilt)]
            canvas.draw(c, q + w, cylinder(c, axis, q, w), paint.thing(rng), PROP)
        elif name == 'bottle':
            q, w, up = r(.03, .05), r(.15, .3), rng.random() < .6
            c, axis = (p + [0, 0, w / 2], np.array([0, 0, 1.])) if up else (p + [0, 0, q], flat())
            canvas.draw(c, w, cylinder(c, axis, q, w), paint.thing(rng), PROP)
            canvas.draw(c + axis * w * .6, w, cylinder(c + axis * w * .6, axis, q * .5, w * .2), paint.thing(rng), PROP)
        elif name == 'rolled mat':
            q, w, up = r(.05, .09), r(.5, .8), rng.random() < .4
            c, axis = (p + [0, 0, w / 2], np.array([0, 0, 1.])) if up else (p + [0, 0, q], flat())
            canvas.draw(c, w, cylinder(c, axis, q, w), paint.rolled_mat(rng, colour), PROP)
        elif name == 'cushion':
            size = (r(.15, .35), r(.15, .3), r(.05, .12))
            canvas.draw(p + [0, 0, size[2]], .4, ellipsoid(p + [0, 0, size[2]], size, r(0, 180)), paint.thing(rng), PROP)
        elif name == 'box':
            size = (r(.1, .6), r(.1, .5), r(.07, .5))
            canvas.draw(p + [0, 0, size[2] / 2], .6, block(p + [0, 0, size[2] / 2], size, r(0, 180)), paint.thing(rng), PROP)
        elif name == 'dumb-bell':
            q, w, axis = r(.04, .08), r(.05, .09), flat()
            for s in (-.1, .1):
                canvas.draw(p + axis * s + [0, 0, q], .2, cylinder(p + axis * s + [0, 0, q], axis, q, w), paint.thing(rng, colour), PROP)
            canvas.draw(p + [0, 0, q], .2, cylinder(p + [0, 0, q], axis, .015, .15), paint.thing(rng, np.full(3, .2)), PROP)
        else:
            q, w, up = r(.05, .09), r(.3, .95), name == 'standing roller'
            c, axis = (p + [0, 0, w / 2], np.array([0, 0, 1.])) if up else (p + [0, 0, q], flat())
            canvas.draw(c, w, cylinder(c, axis, q, w), paint.roller(rng, colour, w, q), STRAY)
        names.append(name)
    if under is not None:
        c, q = under
        name = str(rng.choice(['cushion', 'towel', 'box', 'ball']))
        size = dict(cushion=(r(.12, .3), r(.15, .3), q), towel=(q * r(1.3, 2.5), r(.2, .4), q * r(.5, 1)), ball=(q, q, q), box=(q * r(1.6, 4), r(.2, .5), 2 * q))[name]
        mid = np.array([c[0], c[1], size[2] / 2 if name == 'box' else size[2]])
        canvas.draw(mid, .5, (block if name == 'box' else ellipsoid)(mid, size, r(-25, 25)), paint.thing(rng), PROP)
        names.append(name + ' under the body')
    return names


def limbs(canvas, rng, src, near, radius):
    """A forearm, hand or shin across the near end, in the colour of skin or clothes."""
    to_cam = canvas.cam.pos - near
    to_cam[2] *= .3
    p = near + to_cam / np.linalg.norm(to_cam) * rng.uniform(.04, .2) + [rng.uniform(-1.3, 1.3) * radius, 0, rng.uniform(-.5, 1.5) * radius]
    axis = np.array([rng.normal(), rng.normal() * .3, rng.normal()])
    axis /= np.linalg.norm(axis)
    thick, long = rng.uniform(.02, .06), rng.uniform(.15, .5)
    look = paint.thing(rng, np.array(src.t['look']['skin' if rng.random() < .6 else 'shorts']))
    canvas.draw(p, long, cylinder(p, axis, thick, long), look, OCCLUDER)
    for s in (-.5, .5):
        q = thick * rng.uniform(1, 1.5)
        canvas.draw(p + axis * s * long, q, ellipsoid(p + axis * s * long, (q, q, q)), look, OCCLUDER)


def compose(seed, src):
    """One scene from a rendered person: truth line, picture (h, w, 3) BGR and ids (h, w)."""
    rng = np.random.default_rng([seed, 2])
    positive, alone = rng.random() < .5, rng.random() < .15
    cam, canvas = src.cam, Canvas(src.cam, Light(rng))
    colour = paint.linear(any_colour(rng))
    if rng.random() < .12:                                        # the roller in the clothes' colour
        colour = np.array(src.t['look'][str(rng.choice(['shirt', 'shorts']))], np.float32)
    want_mat = None
    if rng.random() < .6:
        want_mat = colour * rng.uniform(.7, 1.3) if rng.random() < .35 else paint.linear(any_colour(rng))
    roof = overhead(src.points if not alone else src.points[:0])
    bright = rng.uniform(.8, 1.2) * np.clip(np.median(src.colour[src.person].mean(1)) / .16, .45, 1.6) if src.person.any() else 1.
    ground, fx, fy = room(canvas, rng, src, roof, want_mat if want_mat is not None or not alone else colour * .5)
    c, a, radius, length = place_roller(rng, src, alone)
    if positive:
        shadow(canvas, ground, fx, fy, c, a, radius, length, rng)
    under = (c, radius) if not positive and not alone and rng.random() < .35 else None
    if not alone:                                                 # the body first: what it hides is not drawn
        canvas.colour[src.person], canvas.depth[src.person] = src.colour[src.person] / bright, src.depth[src.person]
        canvas.ids[src.person] = 1
    face = all_face = 0
    if positive:
        look = paint.roller(rng, colour, length, radius)

        def under_body(p, n, e):
            return look(p, n, e) * (1 - .6 * at(roof, p[:, 0], p[:, 1]))[:, None]
        hit = cylinder(c, a, radius, length)
        canvas.draw(c, np.hypot(radius, length / 2), hit, under_body, ROLLER)
    stuff = clutter(canvas, rng, int(rng.integers(0, 4)) if not (positive and alone) else 0, under)
    near, far, near_r, same = roller_ends(cam, c, a, radius, length)
    if positive:
        e = sorted((c - a * length / 2, c + a * length / 2), key=lambda q: np.linalg.norm(q - cam.pos))[0]
        if rng.random() < .3:
            limbs(canvas, rng, src, e.copy(), radius)
        b = canvas.box(e, radius)
        if b is not None:                                         # how much of the near end's disc can be seen
            t, _, x = hit(cam.pos.astype(np.float32), cam.rays(b))
            disc = x['end'] & np.isfinite(t)
            all_face = disc.sum()
            face = (disc & (canvas.ids[b[1]:b[3], b[0]:b[2]] == ROLLER)).sum()
    out = np.clip(canvas.colour * bright, 0, 1) ** (1 / 2.2) * 255
    edge = cv2.GaussianBlur(out, (0, 0), rng.uniform(.45, .8))   # no edge in a camera's picture is a hard one
    roller_px = int((canvas.ids == ROLLER).sum())
    d = dict(id=str(seed), kind='compose_' + ('alone' if alone else 'person') if positive else 'compose_none', camera=src.t['camera'],
             azimuth=src.t['azimuth'], source=src.t['id'], stray_px=int((canvas.ids == STRAY).sum()), strays=[], clutter=stuff,
             person_px=0 if alone else src.t['person_px'], roller_px=roller_px, torso_px=None if alone else src.t['torso_px'],
             hip=None if alone else src.t['hip'], shoulder=None if alone else src.t['shoulder'],
             place=dict(centre=c.tolist(), axis=a.tolist()), roller=None)
    if positive:
        d['roller'] = dict(near=near.tolist(), far=far.tolist(), radius=float(near_r), face=float(face / max(all_face, 1)), alike=same)
        d['roller_param'] = look.look
    return d, edge[..., ::-1].astype(np.uint8), canvas.ids


def run(rendered, scenes, first, count, pause_file=None):
    """Adds up to `count` composed scenes, each on one of the bare renders there at the time.  Returns how many."""
    bare = [t for t in rendered.read() if t['kind'] == 'bare' and t.get('torso_px') and t['person_px'] > 800]
    have = {t['id'] for t in scenes.read()}
    seed, added = first + len(have), 0
    while bare and added < count:
        wait_while_paused(pause_file)
        t = bare[int(np.random.default_rng([seed, 3]).integers(len(bare)))]
        src = Source(rendered, t)
        for _ in range(min(4, count - added)):                    # loading costs as much as painting
            if str(seed) not in have:
                scenes.add(*compose(seed, src))
                added += 1
            seed += 1
    return added


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--work', required=True)
    ap.add_argument('--count', type=int, default=1000)
    ap.add_argument('--set', choices=list(SEEDS), default='train')
    ap.add_argument('--pause-file')
    a = ap.parse_args()
    t0, sets = time.time(), os.path.join(a.work, 'scenes')
    n = run(Scenes(os.path.join(sets, f'render-{a.set}')), Scenes(os.path.join(sets, f'compose-{a.set}')), SEEDS[a.set], a.count, a.pause_file)
    print(f'{n} scenes, {n / (time.time() - t0):.2f} per second')


if __name__ == '__main__':
    main()

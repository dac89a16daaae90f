"""Renders single frames with the proving ground's generator: the true half of the training set.

    python3 render.py --generator DIR --work DIR [--count N] [--set train|held] [--pause-file FILE]

DIR of the generator is the folder that holds `rollergen`.  Runs with the Python that has the renderer's
packages; needs neither torch nor a GPU.  Goes on where it stopped; frame k of a set is always the same.

Half of the frames hold a roller in use (under a person, or alone on the floor as at set-up), half hold none:
persons posed as if on a roller with nothing or with a box, a ball or a cushion there, persons lying flat, empty
rooms.  Frames named bare are saved clean with the person's depth: compose.py builds on them.
"""
import argparse
import os
import sys
import time

import numpy as np

from geometry import Camera, alike
from work import Scenes, wait_while_paused

SEEDS = dict(train=40_000_000, held=90_000_000)       # first seed of each set: no body, room or roller is in both
KINDS = dict(on_roller=.42, roller_alone=.08, bare=.30, other_object=.08, lying=.07, empty=.05)
SCENARIOS = dict(correct=3, hold=1, lumbar=3, neck=2, hips=2, fast=1, neck_pull=1, knees=1, skew=2, rotate_extend=2,
                 leave=1, glute=1, side_lat=1, prone=1)


def pick(rng, weights):
    """A key of the dict, drawn with its weight."""
    p = np.array(list(weights.values()), float)
    return str(rng.choice(list(weights), p=p / p.sum()))


def describe(seed, sample):
    """Clip description of the generator for this seed, with a wider choice of rollers, cameras and clutter."""
    rng = np.random.default_rng([seed, 1])
    kind = pick(rng, KINDS)
    c = sample.clip(seed, pick(rng, SCENARIOS))
    c['kind'], c['t'] = kind, float(rng.uniform(.2, c['dur'] - .3))
    cam = c['camera']
    cam.update(azimuth=float(np.clip(rng.normal(90, 13), 50, 130) if rng.random() < .5 else rng.uniform(50, 130)),
               height=float(rng.uniform(.15, .9) if rng.random() < .7 else rng.uniform(.9, 2.)),
               roll=float(rng.normal(0, 2.)), dist=float(np.clip(cam['dist'] * rng.uniform(.75, 1.35), 1.6, 5.)))
    cam['target'][0] += float(rng.normal(0, .2))
    c['look']['light'].update(key_size=float(rng.uniform(.1, .5)))
    c['roller'] = roller(rng, c['look'], sample)
    if rng.random() < .6:                                         # a lift that belongs to no scenario
        c['lift'] = float(rng.uniform(0, .16))
    if c['mat'] and rng.random() < .25:
        c['mat']['color'] = c['roller']['color']
    if kind == 'roller_alone':
        c['roller_at'] = [float(rng.uniform(-.7, .7)), float(rng.uniform(-.4, .6)), float(rng.uniform(-85, 85))]
    if kind in ('roller_alone', 'empty'):
        c['person'] = False
        c['props'] = sample._props(rng, c['look']['wall_y'], True)
    if kind == 'lying':
        c['lift'], c['roller']['diameter'] = 0., .05
        c['events'] = [dict(name='hips_floor', t0=-9., t1=99., ramp=.1)] + c['events']
    if kind == 'roller_alone':                                    # a second roller would make two right answers
        c['props'] = [p for p in c['props'] if not p['kind'].startswith('roller')]
    c['roller_visible'] = kind in ('on_roller', 'roller_alone')
    return c, rng


def roller(rng, look, sample):
    """A roller of any usual size and look; some in the colour of the shirt or of the shorts."""
    hole = float(rng.uniform(.45, .82)) if rng.random() < .45 else 0.
    shade = rng.random()
    if shade < .27:
        color = sample._rgb(0, 0, rng.uniform(.03, .2))
    elif shade < .37:
        color = sample._rgb(0, 0, rng.uniform(.3, .95))
    elif shade < .47:
        color = list(look[str(rng.choice(['shirt', 'shorts', 'floor_a']))])
    else:
        color = sample._rgb(rng.random(), rng.uniform(.3, 1), rng.uniform(.25, .95))
    return dict(diameter=float(rng.uniform(.10, .18)), length=float(rng.uniform(.30, .95)), hole=hole, color=color,
                color2=sample._rgb(rng.random(), rng.uniform(0, .9), rng.uniform(.1, .95)), pattern=int(rng.integers(0, 5)))


def clutter(rng, c, scene, rd, at, axis):
    """Adds limbs before the near end, a stray roller beside the person, or an object in the roller's place."""
    cast, strays, r = True, [], c['roller']['diameter'] / 2
    near = np.asarray(at) - np.asarray(axis) * c['roller']['length'] / 2
    skin = [float(x) for x in np.array(c['look']['skin'])]
    if c['kind'] == 'on_roller' and rng.random() < .3:            # a forearm, hand or shin before the end face
        for _ in range(int(rng.integers(1, 3))):
            p = near + [rng.uniform(-1.3, 1.3) * r, -rng.uniform(.03, .2), rng.uniform(-.6, 1.6) * r]
            thick, long, tilt = rng.uniform(.025, .06), rng.uniform(.2, .5), rng.uniform(0, 180)
            col = skin if rng.random() < .6 else list(c['look']['shorts'])
            m = rd.trs(p)
            m[:3, :3] = turn_y(tilt) @ np.diag([thick, thick, long]) @ np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]])
            scene.static.append((scene.occ['cylinder'], m, cast, dict(c0=col, pattern=0)))
            for s in (-.5, .5):
                e = p + turn_y(tilt) @ [0, 0, s * long]
                scene.static.append((scene.occ['sphere'], rd.trs(e, [thick * rng.uniform(1, 1.4)] * 3), cast, dict(c0=col, pattern=0)))
    if c['kind'] not in ('roller_alone',) and rng.random() < .22:
        R, L = float(rng.uniform(.05, .09)), float(rng.uniform(.3, .95))
        y = float(rng.uniform(.45, 1.) if rng.random() < .6 else rng.uniform(-.9, -.5))
        p, up = np.array([float(rng.uniform(-.9, .9)), y, 0.]), rng.random() < .6
        p[2] = L / 2 if up else R
        look = dict(c0=roller(rng, c['look'], c['_sample'])['color'], c1=[.4, .4, .4], pattern=int(rng.integers(0, 5)))
        scene.static.append((scene.prop['roller'], rd.trs(p, (R, L, R), **({'rx': 90.} if up else {'rz': float(rng.uniform(-80, 80))})), cast, look))
        strays.append(dict(xyz=p.tolist(), upright=bool(up), radius=R))
    if c['kind'] == 'other_object':
        shape = str(rng.choice(['box', 'sphere', 'cushion', 'bolster']))
        col = dict(c0=c['_sample']._cloth(rng), pattern=int(rng.choice([0, 3, 4])))
        size = dict(box=(r * 2, rng.uniform(.2, .6), r * 2), sphere=(r, r, r), bolster=(r * rng.uniform(2, 4), rng.uniform(.3, .7), r * 1.9),
                    cushion=(rng.uniform(.12, .3), rng.uniform(.15, .3), r))[shape]
        mesh = scene.prop['sphere' if shape in ('sphere', 'cushion') else 'box']
        scene.static.append((mesh, rd.trs(at, size, rz=float(rng.uniform(-20, 20))), cast, col))
    return strays


def turn_y(deg):
    """Rotation about the world's y axis."""
    a = np.radians(deg)
    return np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])


def where(c, scene):
    """Centre and axis (unit, pointing away from the camera side) of the roller that is or could be there, world."""
    r = c['roller']['diameter'] / 2
    if scene.motion is None:
        x, y, rz = c.get('roller_at', [0., 0., 0.])
        return np.array([x, y, r]), np.array([-np.sin(np.radians(rz)), np.cos(np.radians(rz)), 0.])
    ctl = scene.motion.at(c['t'])
    skew = np.radians(ctl['skew'])
    axis = np.array([np.sin(skew), np.cos(skew), 0.]) * scene.flip
    return np.array([ctl['roller_x'], 0, r]) * scene.flip, axis * np.sign(axis[1])


def frame(seed, gen, model, R):
    """One frame: truth (dict), picture (h, w, 3) BGR, ids (h, w) and depth of the person in mm (h, w)."""
    c, rng = describe(seed, gen.sample)
    c['_sample'] = gen.sample
    scene = gen.scene.Scene(c, model, R)
    at, axis = where(c, scene)
    strays = clutter(rng, c, scene, gen.render, at, axis)
    grabbed, render_frame = {}, R.frame

    def keep(cam, *a, **k):                                       # the generator's truth leaves out what we need too
        img, ids, pos = render_frame(cam, *a, **k)
        grabbed.update(cam=cam, pos=pos)
        return img, ids, pos
    R.frame = keep
    try:
        img, t, ids = scene.frame(c['t'])
    finally:
        del R.frame
    cam = grabbed['cam']
    if c['kind'] != 'bare' and rng.random() < .6:
        img = gen.post.Webcam(c['post'], R.w, R.h)(img)
    person = np.isin(ids, gen.render.PERSON)
    depth = np.where(person, (grabbed['pos'] - cam.pos) @ cam.f * 1000, 0)
    camera = dict(pos=cam.pos.tolist(), right=cam.r.tolist(), up=cam.u.tolist(), forward=cam.f.tolist(),
                  focal=float(cam.focal), width=R.w, height=R.h)
    d = dict(id=str(seed), kind=c['kind'], scenario=c['scenario'], light=c['look']['light']['kind'], camera=camera,
             azimuth=c['camera']['azimuth'], look={k: c['look'][k] for k in ('skin', 'wall_y', 'shirt', 'shorts')},
             mat=c['mat'], strays=strays, stray_px=int((ids == gen.render.MAT['prop_roller']).sum()),
             roller_px=t['roller_px'], person_px=t['person_px'], torso_px=t.get('torso_px'), roller_param=c['roller'],
             hip=t['hip_mid']['px'] if t.get('hip_mid') else None, shoulder=t['shoulder_mid']['px'] if t.get('shoulder_mid') else None,
             place=dict(centre=at.tolist(), axis=axis.tolist()), contact=bool(t['contact']), roller=None)
    if t['roller']:
        n, f = t['roller']['near'], t['roller']['far']
        d['roller'] = dict(near=n['px'], far=f['px'], radius=n['radius_px'], face=n['face_visible'], alike=alike(Camera(camera), at, axis))
    return d, img, ids, depth.astype(np.uint16) if c['kind'] == 'bare' else None


class Generator:
    """The generator's modules and the renderer, loaded once per process."""

    def __init__(self, path):
        sys.dont_write_bytecode = True
        sys.path.insert(0, path)
        from rollergen import body, post, render, sample, scene
        self.post, self.render, self.sample, self.scene = post, render, sample, scene
        self.model, self.R = body.Model(None), render.Renderer(640, 360, ss=1., n_lights=16)
        self.R.ctx.gc_mode = 'auto'                               # or the meshes of every scene stay for ever

    def frame(self, seed):
        return frame(seed, self, self.model, self.R)


def render(gen, scenes, first, count, pause_file=None):
    """Adds up to `count` frames that `scenes` does not hold yet, seeds `first` and up.  Returns how many were added."""
    have = {t['id'] for t in scenes.read()}
    seed, added = first + len(have), 0
    while added < count:
        if str(seed) not in have:
            wait_while_paused(pause_file)
            scenes.add(*gen.frame(seed))
            added += 1
        seed += 1
    return added


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--generator', required=True)
    ap.add_argument('--work', required=True)
    ap.add_argument('--count', type=int, default=1000, help='frames to add')
    ap.add_argument('--set', choices=list(SEEDS), default='train')
    ap.add_argument('--pause-file')
    a = ap.parse_args()
    t0 = time.time()
    n = render(Generator(a.generator), Scenes(os.path.join(a.work, 'scenes', f'render-{a.set}')), SEEDS[a.set], a.count, a.pause_file)
    print(f'{n} frames, {n / (time.time() - t0):.2f} per second')


if __name__ == '__main__':
    main()

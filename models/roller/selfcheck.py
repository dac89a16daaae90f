"""Checks of every module, with small made-up inputs: `python3 selfcheck.py`.  Under a minute, no data needed.

Prints a line per check; ends with status 1 at the first that fails.  With `--generator DIR` (and the Python that
has the renderer's packages) it renders one frame and composes on it instead.
"""
import argparse
import json
import os
import tempfile

import cv2
import numpy as np

import geometry as geo
from work import ROLLER, Scenes


def camera(azimuth=90., height=.6, dist=2.5, focal=500.):
    """A camera that looks at (0, 0, .2) from the side; azimuth 90 looks along the roller's axis."""
    a = np.radians(azimuth)
    pos, target = np.array([dist * np.cos(a), -dist * np.sin(a), height]), np.array([0, 0, .2])
    f = (target - pos) / np.linalg.norm(target - pos)
    r = np.cross(f, [0, 0, 1.])
    r /= np.linalg.norm(r)
    return geo.Camera(dict(pos=pos, right=r, up=np.cross(r, f), forward=f, focal=focal, width=640, height=360))


def check_crop():
    """A dot lands where the matrix says, also when the crop shrinks the picture; outside is grey."""
    for side in (100., 250., 700.):
        img = np.zeros((360, 640, 3), np.uint8)
        cv2.circle(img, (300, 170), 12, (255, 255, 255), -1)
        m = geo.crop_matrix(np.array([320., 180.]), side)
        assert np.allclose(m @ [320, 180, 1], [79.5, 79.5])
        c = geo.cut(img, m)[..., 0].astype(float)
        y, x = np.mgrid[0:160, 0:160]
        want = m @ [300, 170, 1]
        c[np.hypot(x - want[0], y - want[1]) > 12 * m[0, 0] + 4] = 0  # the grey outside, and its blurred edge
        got = np.array([(c * x).sum(), (c * y).sum()]) / c.sum()
        assert np.abs(got - want).max() < .15, (side, got, want)
    assert (geo.cut(np.zeros((360, 640, 3), np.uint8), geo.crop_matrix([-200., 180.], 160.))[:, :5] == geo.OUTSIDE).all()
    centre, side = geo.first_look([200., 200.], [300., 200.])
    assert np.allclose(centre, [250, 225]) and side == 400


def check_ends():
    """Near is the nearer end; its radius is focal length times radius over distance; rays and projection agree."""
    cam = camera()
    near, far, radius, alike = geo.roller_ends(cam, [0, 0, .07], [0, 1., 0], .07, .6)
    assert near[1] > far[1] and not alike and abs(radius - 500 * .07 / np.linalg.norm(cam.pos - [0, -.3, .07])) < .6, (near, far, radius)
    assert geo.roller_ends(cam, [0, 0, .07], [1., 0, 0], .07, .6)[3]
    p = cam.pos + cam.rays()[100, 200] * 1.7
    assert np.allclose(cam.project(p), [200, 100, 1.7], atol=1e-3)


def check_shapes():
    """Ray-cast cylinder, ellipsoid and box meet known rays at known depths."""
    from shapes import block, cylinder, ellipsoid
    o, d = np.array([0, -2., 0], np.float32), np.array([[[0, 1., 0], [.5, 1, 0]]], np.float32)
    for hit, want in ((cylinder([0, 0, 0], [0, 1, 0], .1, .5), 1.75), (cylinder([0, 0, 0], [1, 0, 0], .1, .5), 1.9),
                      (ellipsoid([0, 0, 0], (.2, .3, .2)), 1.7), (block([0, 0, 0], (.2, .5, .2)), 1.75)):
        t, n, _ = hit(o, d)
        assert abs(t[0, 0] - want) < 1e-4 and np.allclose(n[0, 0], [0, -1, 0], atol=1e-3) and np.isinf(t[0, 1]), (t, want)


def check_scenes():
    """A truth line cut short by a kill is left out, and the next one is not lost with it."""
    with tempfile.TemporaryDirectory() as d:
        s, img = Scenes(d), np.zeros((4, 4, 3), np.uint8)
        s.add(dict(id='a'), img, img[..., 0])
        with open(s.truth_path, 'a') as f:
            f.write('{"id": "b", "kin')
        s.add(dict(id='c'), img, img[..., 0])
        assert [t['id'] for t in s.read()] == ['a', 'c'] and s.load('a')[1].shape == (4, 4)


def check_pool():
    """Half of what is drawn holds a roller; scenes that a network was wrong about are drawn more often than plain ones."""
    import views
    img = np.zeros((4, 4, 3), np.uint8)
    with tempfile.TemporaryDirectory() as d:
        s = Scenes(d)
        for k in range(20):
            s.add(dict(id=str(k), roller=dict(face=1.) if k < 10 else None), img, img[..., 0])
        with open(s.hard_path, 'w') as f:
            f.writelines(json.dumps(dict(id=str(k), wrong=k in (3, 13))) + '\n' for k in range(20))
        pool, rng = views.Pool([d]), np.random.default_rng(1)
        drawn = [int(pool.draw(rng)[1]['id']) for _ in range(12_000)]
    assert abs(np.mean([k < 10 for k in drawn]) - .5) < .02
    want = views.HARD / (9 + views.HARD) / 2
    assert all(abs(drawn.count(k) / len(drawn) - want) < .02 for k in (3, 13)), (drawn.count(3), drawn.count(13))
    t = dict(roller=dict(face=.5))
    assert views.say(t, 'side_lat', True) == views.MOST and views.say(t, None, False) == views.HALF_SEEN


def scene():
    """A disc of a roller: truth line, picture and ids."""
    img, ids = np.full((360, 640, 3), 90, np.uint8), np.zeros((360, 640), np.uint8)
    cv2.circle(ids, (300, 200), 30, ROLLER, -1)
    t = dict(id='x', kind='on_roller', roller_px=int((ids == ROLLER).sum()), torso_px=110., hip=[240, 180], shoulder=[350, 175], camera=None,
             azimuth=90, roller=dict(near=[300., 200.], far=[330., 170.], radius=30., face=1., alike=False))
    return t, img, ids


def check_targets():
    """Decoding what the network should say gives back the truth; a mirrored view is mirrored in all channels."""
    from net import decode
    from views import view
    t, img, ids = scene()
    m = geo.crop_matrix(np.array([310., 190.]), 286.)
    _, y, n = view(img, ids, t, m, None, 160, clean=True)
    y = y.astype(float)
    logit = lambda p: np.log(np.clip(p, 1e-4, 1 - 1e-4) / (1 - np.clip(p, 1e-4, 1 - 1e-4)))
    d = decode(np.concatenate([logit(y[:3]), y[3:8]]), 3.)
    k = m[0, 0]
    assert n[0] == 1 and abs(d['radius'] - 30 * k) < .2
    for e in ('near', 'far'):
        assert np.hypot(*(d[e] - m @ [*t['roller'][e], 1])) < .7, (e, d)
    assert d['fill'] > .9 and d['spread'] < .05 and d['sharp'] > 2, d
    class Flip:                                                   # a generator whose every draw asks for a flip only
        random = staticmethod(iter([.1] + [.99] * 99).__next__)
        normal = staticmethod(lambda *a: 0. if len(a) < 3 else np.zeros(a[2]))
    _, z, _ = view(img, ids, t, m, Flip, 160)
    back = z[:, :, ::-1].astype(float)
    back[[3, 5]] *= -1
    assert np.allclose(back, y, atol=2e-3)


def check_loss():
    """Where near and far cannot be told apart, swapping them costs nothing; else it does."""
    import torch
    from train import loss
    from views import view
    t, img, ids = scene()
    _, y, n = view(img, ids, t, geo.crop_matrix(np.array([310., 190.]), 286.), None, 160, clean=True)
    y, n = torch.from_numpy(y.astype(np.float32))[None], torch.from_numpy(n)[None]
    maps = torch.cat([(y[:, :3].clamp(.001, .999)).logit(), y[:, 3:8]], 1)
    swapped = maps[:, [0, 2, 1, 5, 6, 3, 4, 7]]
    p = torch.zeros(1, 1)
    told = [float(loss(a, p, y, n)[1]['ends']) for a in (maps, swapped)]
    n[:, 4] = 1
    either = [float(loss(a, p, y, n)[1]['ends']) for a in (maps, swapped)]
    assert told[1] > told[0] + .5 and abs(either[0] - either[1]) < 1e-4 and abs(either[0] - told[0]) < 1e-4, (told, either)


def check_net():
    """Small enough, and ONNX Runtime says the same as the training framework, normalisations folded in."""
    import torch
    import evaluate
    import net
    torch.manual_seed(3)
    m = net.Roller()
    for _ in range(3):
        m(torch.randn(4, 3, 160, 160))                            # some statistics to fold
    assert sum(p.numel() for p in m.parameters()) <= 600_000
    with tempfile.TemporaryDirectory() as d:
        path = os.path.join(d, 'net.onnx')
        ops = net.export(m, path)
        assert set(ops) <= {'Add', 'Concat', 'Constant', 'Conv', 'Flatten', 'Gemm', 'GlobalMaxPool', 'Identity', 'MaxPool', 'Relu', 'Resize'}, ops
        assert os.path.getsize(path) < 2.5e6
        x = np.random.default_rng(0).standard_normal((2, 3, 160, 160)).astype(np.float32)
        for a, b in zip(evaluate.torch_net(m)(x), evaluate.onnx_net(path)(x)):
            assert np.abs(a - b).max() < 1e-3, np.abs(a - b).max()


def check_resume():
    """A run that goes on from its checkpoint has the weights, the optimiser and the progress it had."""
    import torch
    from train import Run
    from views import view
    t, img, ids = scene()
    crop, y, n = view(img, ids, t, geo.crop_matrix(np.array([310., 190.]), 286.), None, 160, clean=True)
    batch = [np.stack([a] * 2) for a in (crop, y, n)]
    with tempfile.TemporaryDirectory() as d:
        one = Run(d, 1)
        one.step(*batch, 1000)
        one.save()
        two = Run(d, 2)
        assert two.views == 2
        for r in (one, two):
            r.step(*batch, 1000)
        for a, b in zip(one.mean.state_dict().values(), two.mean.state_dict().values()):
            assert torch.equal(a, b)


def check_measures():
    """Overlap of circles, ranking and calibration on cases with known answers."""
    import evaluate
    assert abs(evaluate.circles_iou([0, 0], 2, [0, 0], 2) - 1) < 1e-6 and evaluate.circles_iou([0, 0], 1, [3, 0], 1) == 0
    assert abs(evaluate.circles_iou([0, 0], 1, [0, 0], 2) - .25) < 1e-6
    assert evaluate.auc(np.array([.9, .8]), np.array([.1, .8])) == .875
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 3, 4000)
    fill = rng.uniform(0, 1, 4000)
    found = rng.random(4000) < 1 / (1 + np.exp(-(.5 * logits + 2 * fill - 1)))
    rows = [dict(logits=(x, 0.), plain=[f, 0., 0.], positive=x > -5, iou=.9 * y, seen=99) for x, f, y in zip(logits, fill, found & (logits > -5))]
    a, b, *rest, c = evaluate.logistic(rows, (0,))
    assert abs(a - .5) < .08 and abs(b - 2) < .5 and abs(c + 1) < .3 and np.allclose(rest, 0), (a, b, c)


def check_generator(path):
    """The same seed renders the same frame, its truth lies on its picture, and scenes compose on it."""
    import compose
    import render
    gen = render.Generator(path)
    kinds, first, done = set(), render.SEEDS['train'], 0
    for seed in range(first, first + 60):
        kind = render.describe(seed, gen.sample)[0]['kind']
        if kind in kinds or kind not in ('on_roller', 'bare'):
            continue
        kinds.add(kind)
        t, img, ids, depth = gen.frame(seed)
        again = gen.frame(seed)
        assert (again[1] == img).all() and again[0] == t
        if kind == 'on_roller':
            ys, xs = np.nonzero(ids == ROLLER)
            assert len(xs) == t['roller_px'] and (not len(xs) or np.hypot(xs - t['roller']['near'][0], ys - t['roller']['near'][1]).min() < 40)
        else:
            with tempfile.TemporaryDirectory() as d:
                a, b = Scenes(os.path.join(d, 'a')), Scenes(os.path.join(d, 'b'))
                a.add(t, img, ids, depth)
                assert compose.run(a, b, compose.SEEDS['train'], 8) == 8
                assert any(x['roller'] for x in b.read()) and any(x['roller'] is None for x in b.read())
        done += 1
    assert done == 2, kinds


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--generator')
    a = ap.parse_args()
    checks = [lambda: check_generator(a.generator)] if a.generator else [
        check_crop, check_ends, check_shapes, check_scenes, check_pool, check_targets, check_loss, check_net, check_resume,
        check_measures]
    for c in checks:
        c()
        print('ok', c.__doc__.split('\n')[0] if c.__doc__ else 'renders and composes')


if __name__ == '__main__':
    main()

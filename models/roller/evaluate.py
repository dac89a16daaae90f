"""How well a network finds the roller, in two looks, on scenes it has never seen.

    python3 evaluate.py --onnx roller.onnx --work DIR --calibrate CAL      our held-out scenes (WORK/scenes/*-held)
    python3 evaluate.py --onnx roller.onnx --stills DIR                    a folder of the generator's still mode

The first crop is placed by the true hips and shoulders with the errors of a pose finder (.09 torso lengths each);
the second by what the first look found.  CAL is a work folder whose scenes (CAL/scenes/*-train) nothing was trained on:
the score is fitted on them, and the held-out scenes tell how it does.  All distances in per cent of the torso length
(%T).  Prints, as Markdown, a line per group with the bad ones first, and how well presence is calibrated.
"""
import argparse
import glob
import json
import os

import cv2
import numpy as np

from geometry import TORSO_M, Camera, crop_matrix, cut, first_look, second_look, to_input
from net import decode
from views import torso_pixels
from work import MAT, ROLLER, Scenes

POSE_ERROR = .09                                   # of the torso length, per axis and joint pair
PLAIN = 'fill', 'spread', 'sharp'                  # of net.decode


def torch_net(model):
    """Network of train.py as a function from inputs (n, 3, s, s) to maps and presence."""
    import torch
    model.eval()

    def call(x):
        with torch.no_grad():
            maps, presence = model(torch.from_numpy(x))
        return maps.numpy(), presence.numpy()
    return call


def onnx_net(path):
    """The exported network, by ONNX Runtime on one core."""
    import onnxruntime as ort
    opts = ort.SessionOptions()
    opts.intra_op_num_threads = 1
    s = ort.InferenceSession(path, opts, providers=['CPUExecutionProvider'])
    return lambda x: [np.concatenate(o) for o in zip(*(s.run(['maps', 'presence'], {'image': x[i:i + 1]}) for i in range(len(x))))]


def look(network, img, centre, side):
    """One look: what decode() says, in pixels of the picture (BGR)."""
    m = crop_matrix(centre, side)
    crop = cv2.cvtColor(cut(img, m), cv2.COLOR_BGR2RGB)
    maps, presence = network(to_input(crop[None]))
    d = decode(maps[0], presence[0])
    for k in ('near', 'far'):
        d[k] = (d[k] - m[:, 2]) / m[0, 0]
    d['radius'] /= m[0, 0]
    return d


def find(network, img, hip, shoulder):
    """The roller by two looks.  hip and shoulder: middles of the joint pairs in pixels.

    Logit: mean of both looks, whose own are in logits.  How plainly it shows is the second look's.
    """
    torso = float(np.hypot(*(np.asarray(shoulder) - hip)))
    one = look(network, img, *first_look(hip, shoulder))
    two = look(network, img, *second_look(one['near'], one['far'], torso))
    two['logits'] = one['logit'], two['logit']
    two['logit'] = float(np.mean(two['logits']))
    return two


def decided(t):
    """Whether a scene has a right answer.  A second roller that lies beside nobody is neither right nor wrong."""
    return bool(t['roller'] or not t['stray_px'] or t['person_px'])


def scenes_of(folders, limit=None):
    """(scene set, truth) of the decided scenes, every n-th so that at most `limit` come of each folder."""
    out = []
    for f in folders:
        s = Scenes(f)
        t = [x for x in s.read() if decided(x)]
        step = max(1, -(-len(t) // limit)) if limit else 1
        out += [(s, x) for x in t[::step]]
    return out


def held_out(work, limit=None):
    """scenes_of the held-out scenes of a work folder."""
    return scenes_of(sorted(glob.glob(os.path.join(work, 'scenes', '*-held'))), limit)


def unseen(work):
    """scenes_of all others of a work folder, one in whose scenes nothing was trained."""
    return scenes_of(sorted(glob.glob(os.path.join(work, 'scenes', '*-train'))))


def place_px(t):
    """Where the roller is or could be, in pixels."""
    return np.array(t['place_px']) if 'place_px' in t else Camera(t['camera']).project(t['place']['centre'])[:2]


class Stills(Scenes):
    """A folder of the generator's still mode: img/, roller/, person/ and stills_*.jsonl."""

    def read(self):
        out = []
        for path in sorted(glob.glob(os.path.join(self.folder, 'stills_*.jsonl'))):
            with open(path) as f:
                out += [self.ours(json.loads(line)) for line in f]
        return [t for t in out if decided(t)]

    @staticmethod
    def ours(t):
        """A truth line of ours from one of the generator's."""
        cam, r = t['camera'], t['roller'] if t['roller_visible'] else None
        px_per_m = t.get('px_per_m') or 320 / np.tan(np.radians(cam['fov']) / 2) / cam['dist']
        d = dict(id=t['id'], kind=t['kind'], azimuth=cam['azimuth'], person_px=t['person_px'], stray_px=t['stray_roller_px'],
                 roller_px=t['roller_px'], roller_param=t['roller_param'], torso_px=t.get('torso_px') or TORSO_M * px_per_m,
                 place_px=t['roller']['center']['px'] if t['roller'] else [320, 220], roller=None)
        if t.get('hip_mid'):
            d.update(hip=t['hip_mid']['px'], shoulder=t['shoulder_mid']['px'])
        if r:
            d['roller'] = dict(near=r['near']['px'], far=r['far']['px'], radius=r['near']['radius_px'], face=r['near']['face_visible'], alike=False)
        return d

    def load(self, name):
        mask = lambda kind: cv2.imread(self.path(kind, name, 'png'), cv2.IMREAD_GRAYSCALE) > 127
        ids = np.where(mask('roller'), ROLLER, np.where(mask('person'), 1, 0)).astype(np.uint8)
        return cv2.imread(self.path('img', name, 'jpg')), ids


def run(network, scenes, seed=0):
    """One row (dict) per scene: presence, errors in %T and the groups the scene belongs to."""
    rng, rows = np.random.default_rng(seed), []
    for s, t in scenes:
        img, ids = s.load(t['id'])
        torso = torso_pixels(t)
        if t.get('hip'):
            ends = [np.array(t['hip'], float), np.array(t['shoulder'], float)]
        else:                                                     # nobody there: look where somebody might lie
            at = place_px(t) - [0, .3 * torso]
            ends = [at - [torso / 2, 0], at + [torso / 2, 0]]
        error = rng.normal(0, POSE_ERROR * torso, (2, 2))
        d = find(network, img, *(e + x for e, x in zip(ends, error)))
        row = dict(id=t['id'], kind=t['kind'], p=1 / (1 + np.exp(-d['logit'])), logits=d['logits'], plain=[d[k] for k in PLAIN],
                   positive=t['roller'] is not None)
        if t['roller']:
            r = t['roller']
            off = lambda a, b: 100 * float(np.hypot(*(np.array(a) - b))) / torso
            row.update(near=off(d['near'], r['near']), far=off(d['far'], r['far']), radius=d['radius'] / r['radius'] - 1,
                       middle=off((d['near'] + d['far']) / 2, (np.array(r['near']) + r['far']) / 2),
                       iou=circles_iou(d['near'], d['radius'], r['near'], r['radius']), face=r['face'], seen=t['roller_px'],
                       groups=groups(t, img, ids))
            if r['alike'] and off(d['far'], r['near']) < row['near']:
                row.update(near=off(d['far'], r['near']), far=off(d['near'], r['far']))
        rows.append(row)
    return rows


def circles_iou(a, ra, b, rb):
    """Intersection over union of two circles."""
    d = float(np.hypot(*(np.asarray(a, float) - b)))
    if d >= ra + rb:
        return 0.
    if d <= abs(ra - rb):
        return (min(ra, rb) / max(ra, rb)) ** 2
    h = lambda r, s: r * r * np.arccos(np.clip((d * d + r * r - s * s) / (2 * d * r), -1, 1))
    k = .5 * np.sqrt(max((-d + ra + rb) * (d + ra - rb) * (d - ra + rb) * (d + ra + rb), 0))
    both = h(ra, rb) + h(rb, ra) - k
    return float(both / (np.pi * (ra * ra + rb * rb) - both))


def groups(t, img, ids):
    """Names of the groups a scene with a roller in use belongs to."""
    az, face = abs(t['azimuth'] - 90) if t.get('azimuth') else 0, t['roller']['face']
    out = ['kind ' + t['kind'],
           'view ' + ('0-10' if az < 10 else '10-25' if az < 25 else '25-40') + ' deg off side-on',
           'near face ' + ('hidden < 20 %' if face < .2 else '20-50 % seen' if face < .5 else '50-80 % seen' if face < .8 else '> 80 % seen')]
    roller = ids == ROLLER
    if roller.sum() > 20:
        lab = cv2.cvtColor(img, cv2.COLOR_BGR2LAB).astype(float)
        c = np.median(lab[roller], 0)
        ring = cv2.dilate(roller.astype(np.uint8), np.ones((15, 15))) > 0
        near_mat = (ids == MAT) & ring
        if c[0] < 70 and np.hypot(*(c[1:] - 128)) < 8:
            out.append('roller black or dark grey')
        if not t.get('place'):                                    # a folder that does not say where mats are
            pass
        elif near_mat.sum() > 20:
            d = np.hypot(*(np.median(lab[near_mat], 0) - c)[1:])
            alike = d < 12 and abs(np.median(lab[near_mat], 0)[0] - c[0]) < 40
            out.append('mat of the roller\'s colour' if alike else 'mat of another colour')
        else:
            out.append('no mat')
    if t.get('roller_param'):
        out.append('hollow' if t['roller_param']['hole'] else 'solid')
    return out


def auc(pos, neg):
    """Share of pairs in which the one with a roller has the higher score."""
    if not len(pos) or not len(neg):
        return float('nan')
    neg = np.sort(neg)
    return float(((np.searchsorted(neg, pos, 'left') + np.searchsorted(neg, pos, 'right')) / 2).mean() / len(neg))


def seen_enough(r):
    """Rows that count for the errors: a roller in use of which something can be seen."""
    return r['positive'] and r['seen'] >= 20


def summary(rows):
    """The numbers of the learning curve."""
    pos = [r for r in rows if seen_enough(r)]
    near = np.array([r['near'] for r in pos])
    rad = np.array([r['radius'] for r in pos])
    p, q = np.array([r['p'] for r in pos]), np.array([r['p'] for r in rows if not r['positive']])
    half = [r for r in pos if r['face'] >= .5]
    return dict(n=len(rows), near_median=round(float(np.median(near)), 2), near_p90=round(float(np.percentile(near, 90)), 2),
                near_5=round(float((near < 5).mean()), 3), near_15=round(float((near < 15).mean()), 3),
                far_median=round(float(np.median([r['far'] for r in pos])), 2), middle_median=round(float(np.median([r['middle'] for r in pos])), 2),
                radius_median=round(float(np.median(rad)), 3), radius_abs=round(float(np.median(abs(rad))), 3),
                found=round(float(np.mean([r['p'] >= .5 and r['iou'] >= .5 for r in half])), 3),
                false_alarms=round(float((q >= .5).mean()), 3), presence_auc=round(auc(p, q), 4))


def report(rows):
    """Markdown: all, groups from the worst to the best, then calibration of presence."""
    head = '| group | n | near median %T | p90 | < 5 %T | far median %T | radius bias | found (IoU, near face half seen) |\n|' + ' --- |' * 8
    lines = []

    def line(name, pos):
        half = [r for r in pos if r['face'] >= .5]
        near = np.array([r['near'] for r in pos])
        found = f"{np.mean([r['p'] >= .5 and r['iou'] >= .5 for r in half]):.2f}" if half else ''
        return (near < 5).mean(), (f"| {name} | {len(pos)} | {np.median(near):.1f} | {np.percentile(near, 90):.1f} | {(near < 5).mean():.2f} | "
                                   f"{np.median([r['far'] for r in pos]):.1f} | {np.median([r['radius'] for r in pos]):+.2f} | {found} |")
    pos = [r for r in rows if seen_enough(r)]
    names = sorted({g for r in pos for g in r['groups']})
    for g in names:
        some = [r for r in pos if g in r['groups']]
        if len(some) >= 5:
            lines.append(line(g, some))
    out = [head, line('all', pos)[1]] + [s for _, s in sorted(lines)]
    rows = [r for r in rows if not r['positive'] or seen_enough(r)]
    p, y = np.array([r['p'] for r in rows]), np.array([r['positive'] for r in rows])
    out += ['', '| presence says | n | a roller is there |', '| --- | --- | --- |']
    for a, b in ((0, .1), (.1, .3), (.3, .5), (.5, .7), (.7, .9), (.9, 1.01)):
        m = (p >= a) & (p < b)
        if m.any():
            out.append(f'| {a:.1f}-{min(b, 1):.1f} | {m.sum()} | {y[m].mean():.2f} |')
    out += ['', '| kind | n | presence >= .5 |', '| --- | --- | --- |']
    for k in sorted({r['kind'] for r in rows}):
        m = [r['p'] >= .5 for r in rows if r['kind'] == k]
        out.append(f'| {k} | {len(m)} | {np.mean(m):.2f} |')
    return '\n'.join(out)


def right(r):
    """Whether a row's roller is where the network says: what a score is the probability of."""
    return r['positive'] and r['iou'] >= .5


def inputs(r, looks):
    """What a row's score is made of: these looks' logits, how plainly the roller shows, and 1."""
    return [*(r['logits'][k] for k in looks), *r['plain'], 1.]


def logistic(rows, looks):
    """Weights of `inputs` that fit `right` best (logistic regression by Newton's method)."""
    rows = [r for r in rows if not r['positive'] or seen_enough(r)]
    x, y = np.array([inputs(r, looks) for r in rows]), np.array([right(r) for r in rows], float)
    prior = np.array([1. / len(looks)] * len(looks) + [0.] * (len(PLAIN) + 1))
    w = np.zeros_like(prior)                                      # from the prior the first step would go too far
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(x @ w, -30, 30)))
        hess = (x * (p * (1 - p))[:, None]).T @ x + 1e-2 * np.eye(len(w))
        w = w - np.linalg.solve(hess, x.T @ (p - y) + 1e-2 * (w - prior))
    return w


def calibration(others, rows):
    """How the answers are read as a score, as lines of text: fitted on the rows of other scenes, with how it does on these."""
    lines = []
    for name, looks in (('both looks', (0, 1)), ('the second look alone', (1,))):
        w = logistic(others, looks)
        some = [(np.dot(w, inputs(r, looks)) >= 0, right(r)) for r in rows if not r['positive'] or seen_enough(r)]
        sure, quiet = ([y for p, y in some if p == s] for s in (True, False))
        share = lambda y: f'{np.mean(y):.3f} of {len(y)}' if y else 'none of 0'
        names = [f'logit {k + 1}' for k in looks] + list(PLAIN)
        terms = ' '.join(f'{a:+.2f} {n}' for a, n in zip(w, names))
        lines.append(f'Score by {name}, calibrated on {len(others)} scenes that nothing was trained on: sigmoid({terms} {w[-1]:+.2f}). Then {share(sure)} '
                     f'held-out scenes with a score >= .5 are rollers where they are said to be (circles overlap by half), and {share(quiet)} with less.')
    return '\n\n'.join(lines)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--onnx', required=True)
    ap.add_argument('--work')
    ap.add_argument('--calibrate', metavar='CAL')
    ap.add_argument('--stills')
    ap.add_argument('--limit', type=int, help='scenes per held-out set')
    ap.add_argument('--seed', type=int, default=0)
    a = ap.parse_args()
    if not (a.work or a.stills):
        ap.error('give --work DIR or --stills DIR')
    network = onnx_net(a.onnx)
    if a.stills:                                                  # instead of ours
        s = Stills(a.stills)
        scenes = [(s, t) for t in s.read()]
    else:
        scenes = held_out(a.work, a.limit)
    rows = run(network, scenes, a.seed)
    print(json.dumps(summary(rows)) + '\n\n' + report(rows))
    if a.calibrate:
        print('\n' + calibration(run(network, unseen(a.calibrate), a.seed), rows))


if __name__ == '__main__':
    main()

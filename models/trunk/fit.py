"""Fits the trunk's correction to rendered frames and writes it for internal/body/trunk.go.

    python3 fit.py --data DIR [--out FILE] [--cases]
    python3 fit.py --data DIR --judge FILE [--from SEED] [--cases]

Reads DIR/truth_*.jsonl (render.py) and DIR/landmarks.jsonl (landmarks.py), prints the errors by cross-validation over
bodies, and writes the weights, to internal/body/trunk.json if nothing else is said. With --judge it fits nothing and
prints the errors of those weights instead, on bodies from SEED on. With --cases it also writes what Go's features and
outputs must be for some of the poses, for the test in internal/body that holds trunk.go to it.
The README beside this file says what it is for; `features` here and in trunk.go are the same.
"""
import argparse
import json
import pathlib
from typing import NamedTuple

import numpy as np

import records

NOSE, LEFT_SHOULDER, LEFT_HIP = 0, 11, 23
PAIRS = (11, 13, 15, 23, 25, 27, 29, 31, 7)  # left landmark of each pair; the right one is at +1
PICTURE = 640, 360
FOCAL_WIDTHS = .75  # focal length in picture widths, as internal/spine assumes
SUPINE = .3  # least Posterior.Y: trunk.go corrects nobody below it
MAX_MISFIT = .5  # L: where hips or shoulders are farther off, the landmarks are of something else
MAX_SKEW = 4  # degrees: up to here the roller lies along the body's lateral axis
MAX_OFFSET, MAX_DEVIATION = .2, 3.5  # trunk.go's bounds
TARGETS = ('hip along', 'hip behind', 'shoulder along', 'shoulder behind', 'hip lift', 'across along', 'across behind')
UNITS = ('L', 'L', 'L', 'L', 'cm', '', '')
FOLDS = 5
TOLERANCE = .01  # share of the error that a stronger regularisation may cost
RIDGES = 1, 3, 10, 30, 100, 300, 1000, 3000  # times the number of samples / 1000
CASES = 8


class Torso(NamedTuple):
    """internal/body's Torso, and `along` and `behind`: the trunk's direction in the picture and square to it."""
    hip: np.ndarray
    shoulder: np.ndarray
    length: float
    length_m: float
    headwards: np.ndarray
    lateral: np.ndarray
    posterior: np.ndarray
    near_is_left: bool
    along: np.ndarray
    behind: np.ndarray


def torso(points, world):
    def middle(of, left):
        return (of[left] + of[left + 1]) / 2
    hip, shoulder = middle(points, LEFT_HIP), middle(points, LEFT_SHOULDER)
    trunk = middle(world, LEFT_SHOULDER) - middle(world, LEFT_HIP)
    length, length_m = np.hypot(*(shoulder - hip)), np.linalg.norm(trunk)
    headwards = trunk / length_m
    across = world[LEFT_SHOULDER + 1] - world[LEFT_SHOULDER] + world[LEFT_HIP + 1] - world[LEFT_HIP]
    across = across - headwards * (across @ headwards)
    across /= np.linalg.norm(across)
    posterior, near_is_left = np.cross(across, headwards), bool(across[2] > 0)
    along = (shoulder - hip) / length
    behind = np.array([-along[1], along[0]])
    if behind @ posterior[:2] < 0:
        behind = -behind
    lateral = across if near_is_left else -across
    return Torso(hip, shoulder, length, length_m, headwards, lateral, posterior, near_is_left, along, behind)


def features(points, world, t):
    hips = (world[LEFT_HIP] + world[LEFT_HIP + 1]) / 2
    out = []
    for left in PAIRS:
        for i in (left, left + 1) if t.near_is_left else (left + 1, left):
            out += place(points[i], world[i], hips, t)
    out += place(points[NOSE], world[NOSE], hips, t)
    return np.array(out + [t.along[1], t.behind[1], t.lateral[1], t.posterior[2], t.headwards[2], t.length_m])


def place(point, world, hips, t):
    d, w = (point - t.hip) / t.length, (world - hips) / t.length_m
    return [d @ t.along, d @ t.behind, w[:2] @ t.along, w[:2] @ t.behind, w[2]]


def metre(points, visibility, world):
    """Pixels per metre: the least-squares fit of picture = k world + t, as Go's `scale`."""
    w = visibility / visibility.sum()
    p, q = points - w @ points, world[:, :2] - w @ world[:, :2]
    return (w[:, None] * p * q).sum() / (w[:, None] * q * q).sum()


def targets(truth, t, pixels_per_metre):
    """What the correction should say, in the order of TARGETS; NaN where this frame cannot tell."""
    hip = (np.array(truth['hip_mid']['px']) - t.hip) / t.length
    shoulder = (np.array(truth['shoulder_mid']['px']) - t.shoulder) / t.length
    across = true_across(truth, t, pixels_per_metre)
    lift = np.nan if truth['hip_lift_cm'] is None else truth['hip_lift_cm']
    return np.array([hip @ t.along, hip @ t.behind, shoulder @ t.along, shoulder @ t.behind, lift,
                     across @ t.along, across @ t.behind])


def true_across(truth, t, pixels_per_metre):
    """The body's lateral direction in the picture, from the roller that lies along it."""
    if not (truth['roller_visible'] and truth['contact'] and abs(truth['angles']['roller_skew']) < MAX_SKEW):
        return np.full(2, np.nan)
    near, far = truth['roller']['near'], truth['roller']['far']
    a, b = np.array(near['px']), np.array(far['px'])
    # Radii go with 1/depth, so weights of 1/radius give the middle in space, not in the picture.
    u, v = 1 / near['radius_px'], 1 / far['radius_px']
    metres = truth['roller']['length_m'] / 2
    seen = ((a * u + b * v) / (u + v) - a) / metres / pixels_per_metre
    # internal/spine adds how lines into the depth run towards the picture's middle; here it is taken off.
    centre = (np.array(PICTURE) - 1) / 2
    return seen - (centre - a) * t.lateral[2] / (FOCAL_WIDTHS * PICTURE[0])


class Samples(NamedTuple):
    x: np.ndarray  # features
    y: np.ndarray  # targets
    plain: np.ndarray  # what the targets are without a correction: 0, and the plain pose's lateral direction
    body: np.ndarray  # seed
    pose: list  # landmarks.jsonl's records


def load(data, first=0):
    """The samples of the bodies from seed `first` on; says what was left out."""
    truths = {t['id']: t for path in sorted(data.glob('truth_*.jsonl')) for t in records.read(path)}
    kept, lost = [], dict(nobody=0, not_supine=0, misfit=0)
    for r in records.read(data / 'landmarks.jsonl'):
        if int(r['id'].split('_')[0]) < first:
            continue
        if r['landmarks'] is None:
            lost['nobody'] += 1
            continue
        marks, world = np.array(r['landmarks']), np.array(r['world'])
        t = torso(marks[:, :2], world)
        if t.posterior[1] <= SUPINE:
            lost['not_supine'] += 1
            continue
        y = targets(truths[r['id']], t, metre(marks[:, :2], marks[:, 2], world))
        if max(np.hypot(*y[:2]), np.hypot(*y[2:4])) > MAX_MISFIT:
            lost['misfit'] += 1
            continue
        plain = [0, 0, 0, 0, np.nan, t.lateral[:2] @ t.along, t.lateral[:2] @ t.behind]
        kept.append((features(marks[:, :2], world, t), y, plain, int(r['id'].split('_')[0]), r))
    x, y, plain, body, pose = zip(*kept)
    s = Samples(*map(np.array, (x, y, plain, body)), list(pose))
    print(f'{len(kept)} frames of {len(set(body))} bodies; left out: {lost}')
    return s


class Model(NamedTuple):
    mean: np.ndarray
    scale: np.ndarray
    weights: np.ndarray  # a row per target
    bias: np.ndarray

    def __call__(self, x):
        return standard(x, self.mean, self.scale) @ self.weights.T + self.bias


def standard(x, mean, scale):
    return np.clip((x - mean) / scale, -MAX_DEVIATION, MAX_DEVIATION)


def fit(x, y, ridges):
    """Ridge regression with one regularisation per target, over the samples whose target is known."""
    mean, scale = x.mean(0), x.std(0) + 1e-6
    a, weights, bias = standard(x, mean, scale), [], []
    for target, ridge in zip(y.T, ridges):
        known = ~np.isnan(target)
        b, level = a[known], target[known].mean()
        offset = b.mean(0)
        c = b - offset
        strength = ridge * known.sum() / 1000 * np.eye(len(offset))
        w = np.linalg.solve(c.T @ c + strength, c.T @ (target[known] - level))
        weights.append(w)
        bias.append(level - offset @ w)
    return Model(mean, scale, np.array(weights), np.array(bias))


def cross_validate(s, ridges):
    """Predictions for every sample by a model that never saw its body."""
    out = np.empty_like(s.y)
    for k in range(FOLDS):
        held = s.body % FOLDS == k
        out[held] = predict(fit(s.x[~held], s.y[~held], ridges), s.x[held])
    return out


def predict(model, x):
    """The model's outputs within trunk.go's bounds."""
    y = model(x)
    y[:, :4] = y[:, :4].clip(-MAX_OFFSET, MAX_OFFSET)
    return y


def rms(e):
    """Root mean square along the first axis of what is known."""
    n = (~np.isnan(e)).sum(0)
    return np.sqrt(np.where(n > 0, np.nansum(e ** 2, axis=0) / np.maximum(n, 1), np.nan))


def choose(s):
    """The strongest regularisation of each target that costs next to nothing on bodies the model never saw: the rest of
    the world is less like the training set than those are."""
    errors = np.array([rms(cross_validate(s, [r] * len(TARGETS)) - s.y) for r in RIDGES])
    good = errors <= errors.min(0) * (1 + TOLERANCE)
    return [max(r for r, ok in zip(RIDGES, column) if ok) for column in good.T]


def table(s, predicted, ridges):
    """Prints root mean square and 90th percentile of the errors: plain, a constant instead, and corrected."""
    print('| target | unit | ridge | BlazePose rms | p90 | constant rms | corrected rms | p90 |')
    print('| --- | --- | --- | --- | --- | --- | --- | --- |')
    for i, name in enumerate(TARGETS):
        known = ~np.isnan(s.y[:, i])
        y, e = s.y[known, i], (predicted - s.y)[known, i]
        plain = s.plain[known, i] - y
        cells = [rms(plain), np.quantile(abs(plain), .9), y.std(), rms(e), np.quantile(abs(e), .9)]
        text = ' | '.join('–' if np.isnan(c) else f'{c:.3f}' for c in cells)
        print(f'| {name} | {UNITS[i]} | {ridges[i]} | {text} |')


def export(model, path):
    """Writes the model as trunk.go reads it; returns it as written."""
    digits = dict(mean=5, scale=5, weights=6, bias=5)
    rounded = Model(*(np.round(getattr(model, f), d) for f, d in digits.items()))
    path.write_text(json.dumps({f: getattr(rounded, f).tolist() for f in digits}) + '\n')
    return rounded


def write_cases(s, model, path):
    """Writes some poses with what the features and the outputs before all bounds must be."""
    chosen = np.linspace(0, len(s.x) - 1, CASES).astype(int)
    cases = []
    for i in chosen:
        p = s.pose[i]
        cases.append(dict(landmarks=p['landmarks'], world=p['world'],
                          features=s.x[i].tolist(), outputs=model(s.x[i]).tolist()))
    path.parent.mkdir(exist_ok=True)
    path.write_text('[\n' + ',\n'.join(json.dumps(c) for c in cases) + '\n]\n')


def main():
    body = pathlib.Path(__file__).resolve().parents[2] / 'internal' / 'body'
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--data', required=True, type=pathlib.Path)
    parser.add_argument('--out', type=pathlib.Path, default=body / 'trunk.json')
    parser.add_argument('--judge', type=pathlib.Path, help='weights to judge instead of fitting')
    parser.add_argument('--from', type=int, default=0, dest='first', help='first body to judge on')
    parser.add_argument('--cases', type=pathlib.Path, nargs='?', const=body / 'testdata' / 'trunk_cases.json',
                        help='write poses with their features and outputs, to the Go test\'s file by default')
    args = parser.parse_args()
    s = load(args.data, args.first)
    if args.judge:
        read = json.loads(args.judge.read_text())
        model = Model(*(np.array(read[f]) for f in Model._fields))
        table(s, predict(model, s.x), [''] * len(TARGETS))
    else:
        ridges = choose(s)
        table(s, cross_validate(s, ridges), ridges)
        model = export(fit(s.x, s.y, ridges), args.out)
    if args.cases:
        write_cases(s, model, args.cases)


if __name__ == '__main__':
    main()

"""Writes MODEL_CARD.md from measurements: nothing in it is typed by hand but the words around the numbers.

    python3 card.py --onnx roller.onnx --work DIR --calibrate CAL --stills DIR --eval HELD.md STILLS.md --curves curves.jsonl

CAL is the work folder of scenes that nothing was trained on (evaluate.py).  HELD.md and STILLS.md are what `rollwell eval roller` printed for the labelled folder of the held-out scenes (labels.py)
and for the stills: the whole finder, with its own poses, instead of the bare network.  Uses WORK's held-out scenes, and a folder of the generator's still mode that had no say in
anything (the held-out scenes choose the best weights, so they flatter a little).  --curves: the learning curves of all
runs on the same held-out scenes; each line has the number of its run.  That of a run that is not there yet comes from WORK.
"""
import argparse
import hashlib
import json
import os

import onnx

import evaluate
from work import whole_lines

WORDS = '''# Model card: the roller finder

Written by `card.py`; how the network was made, what goes in and what comes out: [README](README.md).

It finds the near and far end, the radius, the visible mask and the presence of a foam roller in use, in crops around a person in side view. Not for anything else, and never for telling persons apart.

- Weights: `roller.onnx`, SHA-256 `{sha}`, {kb} kB, after **{views} training views** ({cpu} hours of one core){before}.{after}
- Data: synthetic scenes; how many in which run stands in the README. Bodies CC0 (MakeHuman / MPFB), rooms and rollers procedural. No photos.
- Licence: that of this repository.

## Limits
- Trained and measured on synthetic scenes only. On a handful of photos of one man on one blue roller it found the near end under back and legs, and once took a bright patch of the floor for one: too few to be a measurement.
- A roller under the flank, its near end half behind the lower arm, is found in about half of the frames of the one clip that shows it from the front, up to three quarters of a radius off.
- One renderer, tidy rooms, tight clothes, no lens distortion; nobody but the person who exercises; no pets, no duvets.
- Side views 50-130 degrees from the exercise line. The far end is a guess wherever the body hides it.
- A roller lying beside somebody who lies on none is taken as not in use; one alone on the floor as in use.
- Presence is not calibrated in the file: a score comes from it by the lines at the end of the bare network's part.

## The whole finder
What the program makes of single pictures, with its own eyes for the body and without a hint: `rollwell eval roller FOLDER`. `found`: a score of at least .5 and a circle that overlaps the true one by at least half, where at least half of the near face can be seen. The groups that do worst come first.

### Held-out scenes: bodies, rooms and rollers that training never saw

{product_held}

### The proving ground's stills

{product_stills}

## Learning curve
Held-out scenes, two looks, pose errors of .09 T, averaged weights. Each run lowers its learning rate towards its end; one that goes on from weights raises it first, which costs what it later gains. `found`: presence >= .5 and IoU of the end circle >= .5 where at least half of the near end is visible. Runs 1 to 3 counted 19 pictures of second rollers that lie beside nobody as pictures without one; without them run 3 ended at found .932, false alarms .053, AUC .985.

{curve}

## The bare network on held-out scenes
Bad groups first. Of the bars of the project (near median <= 4 %T, p90 <= 10 %T, radius within 10 %, found >= .95, false alarms <= .02) reached: **{reached}**.

{held}

## The bare network on the proving ground's stills, 150 frames of the generator's own sampler

{stills}
'''
COLUMNS = ('run', 'views', 'cpu_hours', 'near_median', 'near_p90', 'near_5', 'near_15', 'far_median', 'middle_median', 'radius_median',
           'found', 'false_alarms', 'presence_auc')


def curve_table(lines, rows=14):
    """Markdown table of the learning curve, thinned out to about `rows` lines with the last one of every run kept."""
    step = max(1, -(-len(lines) // rows))
    ends = {x['run']: i for i, x in enumerate(lines)}.values()
    lines = [x for i, x in enumerate(lines) if i in ends or i % step == 0]
    out = ['| ' + ' | '.join(c.replace('_', ' ') for c in COLUMNS) + ' |', '|' + ' --- |' * len(COLUMNS)]
    return '\n'.join(out + ['| ' + ' | '.join(str(x.get(c, '')) for c in COLUMNS) + ' |' for x in lines])


def read_curves(path, work):
    """The lines of all runs' learning curves, with the number of their run; those of WORK's run last, if it is a new one."""
    lines, now = whole_lines(path), whole_lines(os.path.join(work, 'curve.jsonl'))
    known = {(x['views'], x['near_median'], x['found']) for x in lines}
    if now and (now[-1]['views'], now[-1]['near_median'], now[-1]['found']) not in known:
        lines += [dict(run=1 + max((x['run'] for x in lines), default=0)) | x for x in now]
    return lines


def spaced(n):
    return f'{n:,}'.replace(',', ' ')


def reached(s):
    """Names of the project's bars that these numbers meet."""
    bars = dict(near_median=s['near_median'] <= 4, near_p90=s['near_p90'] <= 10, radius=s['radius_abs'] <= .1, found=s['found'] >= .95,
                false_alarms=s['false_alarms'] <= .02)
    return ', '.join(k.replace('_', ' ') for k, ok in bars.items() if ok) or 'none'


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--onnx', required=True)
    ap.add_argument('--work', required=True)
    ap.add_argument('--calibrate', required=True, metavar='CAL')
    ap.add_argument('--stills', required=True)
    ap.add_argument('--eval', required=True, nargs=2, metavar='FILE')
    ap.add_argument('--curves', required=True, metavar='FILE')
    a = ap.parse_args()
    here = os.path.dirname(os.path.abspath(__file__))
    curves = read_curves(a.curves, a.work)
    views = int({p.key: p.value for p in onnx.load(a.onnx).metadata_props}['views'])
    mine = max(x['run'] for x in curves if x['views'] == views)
    hours = next(x['cpu_hours'] for x in curves if x['run'] == mine and x['views'] == views)
    runs = list({x['run']: x for x in curves}.values())           # the last line of each
    before = ''.join(f", going on from {spaced(x['views'])} views ({x['cpu_hours']} hours)" for x in runs[::-1] if x['run'] < mine)
    after = ''.join(f" Run {x['run']}, {spaced(x['views'])} views further ({x['cpu_hours']} hours), did no better on scenes it had "
                    'not seen: its weights are not taken.' for x in runs if x['run'] > mine)
    network = evaluate.onnx_net(a.onnx)
    held, others = evaluate.run(network, evaluate.held_out(a.work)), evaluate.run(network, evaluate.unseen(a.calibrate))
    s = evaluate.Stills(a.stills)
    stills = evaluate.run(network, [(s, t) for t in s.read()])
    with open(a.onnx, 'rb') as f:
        data = f.read()
    flat = lambda rows: '```\n' + json.dumps(evaluate.summary(rows)) + '\n```\n\n' + evaluate.report(rows)
    product = []
    for path in a.eval:
        with open(path) as f:
            product.append(f.read().strip())
    words = WORDS.format(sha=hashlib.sha256(data).hexdigest(), kb=len(data) // 1000, views=spaced(views), before=before, after=after,
                         cpu=hours, curve=curve_table(curves, rows=28), reached=reached(evaluate.summary(held)),
                         held=flat(held) + '\n\n' + evaluate.calibration(others, held), stills=flat(stills),
                         product_held=product[0], product_stills=product[1])
    with open(os.path.join(here, 'MODEL_CARD.md'), 'w') as f:
        f.write(words)


if __name__ == '__main__':
    main()

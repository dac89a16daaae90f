"""Marks the training scenes that a network gets wrong; views.Pool draws those more often.

    python3 hard.py --onnx roller.onnx --work DIR

Looks at every scene of WORK/scenes/*-train that it has not looked at yet, and appends a line {"id", "wrong"} to
hard.jsonl in the scene's folder.  Wrong is a presence on the wrong side of .5, and a near end whose circle overlaps the
true one by less than half where a fifth of its face can be seen.  Best with weights that have never seen the scenes: of
those they have learnt by heart nothing is wrong.  May run beside the training and again when scenes have come in.
"""
import argparse
import glob
import json
import os

import cv2

from evaluate import decided, onnx_net, run, seen_enough
from work import Scenes

SEEN = .2                 # share of the near face from which its place counts
CHUNK = 200


def wrong(row):
    """Whether a row of evaluate.run is worth more training."""
    if not row['positive']:
        return row['p'] >= .5
    return seen_enough(row) and row['face'] >= SEEN and (row['p'] < .5 or row['iou'] < .5)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--onnx', required=True)
    ap.add_argument('--work', required=True)
    a = ap.parse_args()
    cv2.setNumThreads(1)
    network = onnx_net(a.onnx)
    for folder in sorted(glob.glob(os.path.join(a.work, 'scenes', '*-train'))):
        s = Scenes(folder)
        done = s.hard()
        todo = [t for t in s.read() if t['id'] not in done and decided(t)]
        found = 0
        for i in range(0, len(todo), CHUNK):
            rows = run(network, [(s, t) for t in todo[i:i + CHUNK]], seed=i)
            with open(s.hard_path, 'a') as f:
                f.writelines(json.dumps(dict(id=r['id'], wrong=bool(wrong(r)))) + '\n' for r in rows)
            found += sum(wrong(r) for r in rows)
        print(f'{os.path.basename(folder)}: {found} of {len(todo)} wrong', flush=True)


if __name__ == '__main__':
    main()

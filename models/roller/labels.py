"""Writes the held-out scenes as a labelled folder for `rollwell eval roller`.

    python3 labels.py --work DIR --out DIR [--limit N]

OUT gets labels.jsonl (the format stands in `rollwell eval roller --help`) and img/, links to the scenes' pictures
where the file system can, else copies.  The groups are those of evaluate.py.
"""
import argparse
import json
import os
import shutil

from evaluate import groups, held_out, seen_enough
from views import torso_pixels


def label(scene, t):
    """A line of labels.jsonl as a dict, the picture's path still missing; None where too little of a roller is seen to ask for it."""
    r, kind = t['roller'], ['kind ' + t['kind']]
    line = dict(torso_px=round(torso_pixels(t), 2), roller=None, s=None, groups=kind)
    if r:
        if not seen_enough(dict(positive=True, seen=t['roller_px'])):
            return None
        line['groups'] = groups(t, *scene.load(t['id']))
        line['roller'] = dict(near=[round(x, 2) for x in r['near']], far=[round(x, 2) for x in r['far']],
                              radius=round(r['radius'], 2), face=round(min(max(r['face'], 0), 1), 3), alike=bool(r['alike']))
    return line


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--work', required=True)
    ap.add_argument('--out', required=True)
    ap.add_argument('--limit', type=int, help='scenes per held-out set')
    a = ap.parse_args()
    os.makedirs(os.path.join(a.out, 'img'), exist_ok=True)
    with open(os.path.join(a.out, 'labels.jsonl'), 'w') as f:
        for scene, t in held_out(a.work, a.limit):
            line = label(scene, t)
            if line is None:
                continue
            path = os.path.join('img', t['id'] + '.jpg')
            place(scene.path('img', t['id'], 'jpg'), os.path.join(a.out, path))
            f.write(json.dumps(dict(image=path, **line)) + '\n')


def place(source, target):
    """Puts the file at source to target."""
    if os.path.exists(target):
        os.remove(target)
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


if __name__ == '__main__':
    main()

#!/usr/bin/env python3
"""Keep of a clip's truth what the tests read:  slim_truth.py IN.jsonl OUT.jsonl.gz

The rows keep their form, so whatever grades the full truth can grade the slim one. The output is the same, byte
for byte, whenever the input is.
"""
import gzip
import json
import sys

KEYS = ('frame', 't', 'exercise', 'person_visible', 'roller_visible', 'torso_m', 'torso_px', 'px_per_m', 'contact',
        'u', 'u_center', 'level', 'speed_cm_s', 'hip_height_cm', 'hip_lift_cm', 'angles', 'contact_px', 'events',
        'faults', 'phase')
JOINTS = ('nose', 'ear', 'shoulder', 'elbow', 'wrist', 'hip', 'knee', 'ankle', 'heel', 'foot_index')


def slim(row):
    out = {k: row[k] for k in KEYS if k in row}
    out['keypoints'] = {name: {k: p[k] for k in ('px', 'in_frame', 'visible')}
                        for name, p in row['keypoints'].items()
                        if name.removeprefix('left_').removeprefix('right_') in JOINTS}
    for mid in ('hip_mid', 'shoulder_mid'):
        out[mid] = {'px': row[mid]['px']}
    roller = row.get('roller')
    out['roller'] = roller and {
        'diameter_m': roller['diameter_m'], 'length_m': roller['length_m'], 'bbox': roller['bbox'],
        **{end: {k: roller[end][k] for k in ('px', 'radius_px', 'face_visible')} for end in ('near', 'far')}}
    return out


def main(source, target):
    with open(source, encoding='utf-8') as rows, open(target, 'wb') as raw:
        with gzip.GzipFile(filename='', fileobj=raw, mode='wb', compresslevel=9, mtime=0) as out:
            for row in rows:
                line = json.dumps(slim(json.loads(row)), separators=(',', ':'))
                out.write(line.encode() + b'\n')


if __name__ == '__main__':
    main(*sys.argv[1:])

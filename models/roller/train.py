"""Trains the roller network; the same command goes on from the last checkpoint.

    python3 train.py --work DIR [--views N] [--extra DIR] [--pause-file FILE]     train, or go on
    python3 train.py --work DIR --start roller.onnx                               go on from exported weights
    python3 train.py --work DIR --export roller.onnx                              best weights so far as ONNX

Reads WORK/scenes/* except the held-out sets, whose folders end in -held, and takes in scenes that are written
meanwhile. Writes WORK/checkpoint.pt (every five minutes), WORK/best.pt (the averaged weights with the best
held-out score, at the end of a run its last ones) and WORK/curve.jsonl (the learning curve).  Round k of the same seed and the same scenes always draws the same views;
with scenes still coming in, a run can be gone on with but not repeated to the bit.
"""
import argparse
import copy
import glob
import io
import json
import multiprocessing
import os
import time
from queue import Full

import cv2
import numpy as np
import torch
from torch.nn import functional as F

import evaluate
import net
from geometry import to_input
from views import Pool, make
from work import replace, wait_while_paused

BATCH, SCENES, PER_SCENE = 16, 64, 4              # a round draws SCENES scenes and PER_SCENE views of each
LATE = .8                                         # share of the run on windows of 128 pixels; the rest on 160
RATE, FLOOR, WARM = 2e-3, .01, 8000               # learning rate: top, bottom as a share of it, views until the top
SAVE_S, CHECK_VIEWS = 300, 100_000


def loss(maps, presence, y, n):
    """Loss of a batch and its parts.  maps (b, 8, g, g), presence (b, 1), y (b, 9, g, g), n (b, 5): views.py."""
    there, w_there, w_mask, w_heat, alike = n.T
    per = lambda a: a.flatten(1).mean(1)
    mean = lambda a, w: (a * w).sum() / w.sum().clamp(min=1)
    mask = per(F.binary_cross_entropy_with_logits(maps[:, 0], y[:, 0], reduction='none') * (1 + 4 * y[:, 0]))
    vote_w, votes_n = y[:, 8], y[:, 8].flatten(1).sum(1).clamp(min=1)

    def ends(near, far):
        """Loss of heats and votes per view if channel pairs `near` and `far` are the truth for the two outputs."""
        out = 0
        for o, (heat, vote) in ((1, near), (2, far)):
            t = y[:, heat]
            out = out + per(F.binary_cross_entropy_with_logits(maps[:, o], t, reduction='none') * (1 + 30 * t))
            v = F.smooth_l1_loss(maps[:, 1 + 2 * o:3 + 2 * o], y[:, vote:vote + 2], reduction='none', beta=.1).sum(1)
            out = out + (v * vote_w).flatten(1).sum(1) / votes_n
        return out
    as_told = ends((1, 3), (2, 5))
    either = torch.minimum(as_told, ends((2, 5), (1, 3)))         # where near and far cannot be told apart
    size = (F.smooth_l1_loss(maps[:, 7], y[:, 7], reduction='none', beta=.1) * vote_w).flatten(1).sum(1) / votes_n
    p = F.binary_cross_entropy_with_logits(presence[:, 0], there, reduction='none')
    parts = dict(mask=mean(mask, w_mask), ends=mean(torch.where(alike > 0, either, as_told), w_heat),
                 size=mean(size, w_heat), presence=mean(p, w_there))
    return parts['mask'] * 2 + parts['ends'] + parts['size'] + parts['presence'], parts


def rate(views, total, top):
    """Learning rate after this many views: a short rise to the top, then a cosine."""
    if views < WARM:
        return top * (views + 1) / WARM
    return float(top * (FLOOR + (1 - FLOOR) * (1 + np.cos(np.pi * min(views / total, 1))) / 2))


class Run:
    """Model, averaged model, optimiser and progress, with their checkpoint."""

    def __init__(self, work, seed, precision='auto', start=None, top=RATE):
        self.short = precision == 'bfloat16' or (precision == 'auto' and quicker_short())
        torch.manual_seed(seed)
        self.work, self.seed, self.top = work, seed, top
        self.model = net.Roller()
        path = os.path.join(work, 'checkpoint.pt')
        if start and not os.path.exists(path):
            net.unfold(self.model, start, typical(work))
        self.model = self.model.to(memory_format=torch.channels_last)
        self.mean = copy.deepcopy(self.model)
        self.opt = torch.optim.AdamW(self.model.parameters(), lr=RATE, weight_decay=.02)
        self.views = self.round = self.seconds = 0
        self.best, self.checked = -1., 0
        if os.path.exists(path):
            d = torch.load(path, weights_only=True)
            self.model.load_state_dict(d['model'])
            self.mean.load_state_dict(d['mean'])
            self.opt.load_state_dict(d['opt'])
            for k in ('views', 'round', 'seconds', 'best', 'checked'):
                setattr(self, k, d[k])

    def save(self):
        write(os.path.join(self.work, 'checkpoint.pt'),
              dict(model=self.model.state_dict(), mean=self.mean.state_dict(), opt=self.opt.state_dict(),
                   **{k: getattr(self, k) for k in ('views', 'round', 'seconds', 'best', 'checked')}))

    def step(self, crops, y, n, total):
        """One step on a batch; returns the parts of the loss."""
        for g in self.opt.param_groups:
            g['lr'] = rate(self.views, total, self.top)
        x = torch.from_numpy(to_input(crops)).contiguous(memory_format=torch.channels_last)
        self.model.train()
        with torch.autocast('cpu', torch.bfloat16, enabled=self.short):
            maps, presence = self.model(x)
        total_loss, parts = loss(maps.float(), presence.float(), torch.from_numpy(y.astype(np.float32)), torch.from_numpy(n))
        self.opt.zero_grad(set_to_none=True)
        total_loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 2.)
        self.opt.step()
        self.views += len(crops)
        k = self.views / BATCH
        self.average(min(.9995, (1 + k) / (20 + k)))
        return {k: float(v.detach()) for k, v in parts.items()}

    @torch.no_grad()
    def average(self, keep):
        for a, b in zip(self.mean.state_dict().values(), self.model.state_dict().values()):
            if a.dtype.is_floating_point:
                a.lerp_(b, 1 - keep)
            else:
                a.copy_(b)


def typical(work, count=256):
    """Input (count, 3, 160, 160) drawn from the training scenes that are there."""
    pool, rng, out = Pool(folders(work, False), None), np.random.default_rng(7), []
    while len(out) < count:
        out += [crop for crop, _, _ in make(*pool.draw(rng), rng, 160, PER_SCENE)]
    return torch.from_numpy(to_input(np.stack(out[:count])))


def quicker_short():
    """Whether training takes less time here with 16-bit products: not on every processor that has them."""
    model, x = net.Roller().to(memory_format=torch.channels_last), torch.rand(BATCH, 3, 128, 128).contiguous(memory_format=torch.channels_last)
    took = {}
    for short in (False, True) * 2:                               # the first time of each warms up
        t0 = time.process_time()
        for _ in range(5):
            with torch.autocast('cpu', torch.bfloat16, enabled=short):
                maps, presence = model(x)
            (maps.float().sum() + presence.float().sum()).backward()
        took[short] = time.process_time() - t0
    return took[True] < took[False]


def write(path, d):
    f = io.BytesIO()
    torch.save(d, f)
    replace(path, f.getvalue())


def draw(pool, rng, size):
    """The views of one round, shuffled: crops, targets, numbers."""
    out = []
    for _ in range(SCENES):
        out += make(*pool.draw(rng), rng, size, PER_SCENE)
    order = rng.permutation(len(out))
    return [np.stack([out[i][k] for i in order]) for k in range(3)]


def check(run, held, parts, last):
    """Scores the averaged weights on the held-out scenes, keeps the best and adds a line to the curve.

    The last ones of a run are kept anyway: they are settled, and the score of so few scenes is good to .01 only.
    """
    run.checked = run.views
    if len(held) < 50:                                            # nothing to measure by yet
        return
    rows = evaluate.run(evaluate.torch_net(run.mean), held, seed=5)
    s = evaluate.summary(rows)
    score = s['near_5'] + s['near_15'] + s['presence_auc']
    line = dict(views=run.views, cpu_hours=round(run.seconds / 3600, 2), score=round(score, 4), **s, loss={k: round(v, 4) for k, v in parts.items()})
    with open(os.path.join(run.work, 'curve.jsonl'), 'a') as f:
        f.write(json.dumps(line) + '\n')
    print(json.dumps(line), flush=True)
    if score >= run.best or last:
        run.best = score
        write(os.path.join(run.work, 'best.pt'), dict(mean=run.mean.state_dict(), views=run.views, summary=s))


def folders(work, held):
    """The folders of scenes that are held out, or those that are not."""
    return sorted(f for f in glob.glob(os.path.join(work, 'scenes', '*')) if f.endswith('-held') == held)


def draw_rounds(a, queue, first, late, parent):
    """Draws round after round into the queue, in a process of its own: (crops, targets, numbers), processor seconds.

    first: number of the first round; late: the round from which windows are of 160 pixels; parent: process for which it draws.
    """
    cv2.setNumThreads(1)
    k = first
    while os.getppid() == parent:
        wait_while_paused(a.pause_file)
        t0 = time.process_time()
        if k == first or k % 40 == 0:
            pool = Pool(folders(a.work, False), a.extra)
            print(f'round {k}: {pool.size} scenes', flush=True)
        views = draw(pool, np.random.default_rng([a.seed, k]), 128 if k < late else 160)
        if put(queue, (views, time.process_time() - t0), parent):
            k += 1
    queue.cancel_join_thread()                                    # nobody reads what is still in the pipe


def put(queue, what, parent):
    """Waits for room in the queue and puts `what` there; False if the parent process has gone meanwhile."""
    while os.getppid() == parent:
        try:
            queue.put(what, timeout=5)
            return True
        except Full:
            continue
    return False


def train(a):
    torch.set_num_threads(a.threads)
    run = Run(a.work, a.seed, a.precision, a.start, a.rate)
    print(f'from view {run.views}, {"bfloat16" if run.short else "float32"}', flush=True)
    context = multiprocessing.get_context('spawn')
    queue = context.Queue(2)
    late = run.round + max(0, int(LATE * a.views) - run.views) // (SCENES * PER_SCENE)
    context.Process(target=draw_rounds, args=(a, queue, run.round, late, os.getpid()), daemon=True).start()
    saved, parts = time.time(), {}
    while run.views < a.views:
        (crops, y, n), seconds = queue.get()
        t0 = time.process_time()
        for i in range(0, len(crops), BATCH):
            wait_while_paused(a.pause_file)
            p = run.step(crops[i:i + BATCH], y[i:i + BATCH], n[i:i + BATCH], a.views)
            parts = {k: .98 * parts.get(k, v) + .02 * v for k, v in p.items()}
        run.round += 1
        run.seconds += time.process_time() - t0 + seconds
        last = run.views >= a.views
        if run.views - run.checked >= CHECK_VIEWS or last:
            check(run, evaluate.held_out(a.work, limit=400), parts, last)
        if time.time() - saved > SAVE_S or last:
            run.save()
            saved = time.time()


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--work', required=True)
    ap.add_argument('--views', type=int, default=3_000_000, help='length of the run in views; sets the learning rate too')
    ap.add_argument('--seed', type=int, default=1)
    ap.add_argument('--threads', type=int, default=1)
    ap.add_argument('--precision', choices=('auto', 'float32', 'bfloat16'), default='auto',
                    help='of the products in the network; auto: 16 bits where that is quicker')
    ap.add_argument('--rate', type=float, default=RATE, help='top of the learning rate; half of it or less to go on from weights')
    ap.add_argument('--extra', help='folder of frames with a person on a roller and no masks')
    ap.add_argument('--start', metavar='ONNX', help='exported weights to begin from, where there is no checkpoint')
    ap.add_argument('--pause-file')
    ap.add_argument('--export', metavar='ONNX')
    a = ap.parse_args()
    if not a.export:
        train(a)
        return
    d = torch.load(os.path.join(a.work, 'best.pt'), weights_only=True)
    model = net.Roller()
    model.load_state_dict(d['mean'])
    part = a.export + '.part'
    print(net.export(model, part, notes=dict(views=str(d['views']))), d['views'], 'views', json.dumps(d['summary']))
    os.replace(part, a.export)


if __name__ == '__main__':
    main()

"""The roller network: plain 3x3 convolutions with residuals, encoder to 1/16, decoder to 1/4.

Input  (n, 3, s, s): RGB, (x - 128) / 64, s = 160 in use (any multiple of 16 in training).
Output maps (n, MAPS, s/4, s/4) and presence (n, 1), a logit.  Channels of the maps, per cell of the grid:
    0 mask     logit: the roller is visible here
    1 near     logit: the centre of the near end is here
    2 far      logit: the centre of the far end is here, hidden or not
    3, 4       from this cell's centre to the near end's centre (x, y) / VOTE crop pixels
    5, 6       the same to the far end's centre
    7          natural logarithm of the near circle's radius / RADIUS crop pixels
Votes and radius mean something only where the mask is.
"""
import numpy as np
import torch
from torch import nn

from geometry import STRIDE

MAPS, VOTE, RADIUS = 8, 32., 16.
NEAR_PULL = 2.2           # a peak counts if it lies within this many radii of where the votes point
FILL, PLAINLY, SHARP = .8, 6., 4.    # of the near end's circle, the share of the radius that is looked at; bounds of a mask's, a heat's logit


def conv(cin, cout, stride=1, kernel=3):
    """Convolution and normalisation; the latter is folded into the weights on export."""
    return nn.Sequential(nn.Conv2d(cin, cout, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(cout))


class Residual(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.a, self.b = conv(c, c), conv(c, c)

    def forward(self, x):
        return torch.relu(x + self.b(torch.relu(self.a(x))))


class Roller(nn.Module):
    """About 0.5 M parameters and 100 million multiplications at 160 x 160."""

    def __init__(self, widths=(16, 24, 48, 96)):
        super().__init__()
        c2, c4, c8, c16 = widths
        self.stem, self.down4, self.down8, self.down16 = conv(3, c2, 2), conv(c2, c4, 2), conv(c4, c8, 2), conv(c8, c16, 2)
        self.at4, self.at8 = Residual(c4), Residual(c8)
        self.at16 = nn.Sequential(Residual(c16), Residual(c16))
        self.up8, self.up4 = conv(c16, c8, kernel=1), conv(c8, c4, kernel=1)
        self.join8, self.join4 = conv(c8, c8), conv(c4, 32)
        self.twice = nn.Upsample(scale_factor=2, mode='nearest')
        self.maps = nn.Conv2d(32, MAPS, 1)
        self.hidden, self.presence = nn.Linear(32 + c16, 32), nn.Linear(32, 1)
        nn.init.constant_(self.maps.bias[:3], -3.)                # most cells are empty

    def forward(self, x):
        relu = torch.relu
        x4 = self.at4(relu(self.down4(relu(self.stem(x)))))
        x8 = self.at8(relu(self.down8(x4)))
        x16 = self.at16(relu(self.down16(x8)))
        y8 = relu(self.join8(relu(x8 + self.twice(self.up8(x16)))))
        y4 = relu(self.join4(relu(x4 + self.twice(self.up4(y8)))))
        pooled = torch.cat([nn.functional.adaptive_max_pool2d(y, 1).flatten(1) for y in (y4, x16)], 1)
        return self.maps(y4), self.presence(relu(self.hidden(pooled)))


def decode(maps, presence):
    """What the network says about one crop, as a dict in crop pixels.

    maps (MAPS, g, g) and presence () as arrays.  The median of the mask's votes is robust; the peak of the heat
    near it is precise.  Returns logit (presence), near, far (x, y), radius, seen (visible crop pixels), and how plainly
    the near end shows: fill, the mean logit, within PLAINLY, of its circle's cells (within FILL radii); spread, the median
    distance between what the cells say about its centre and their median, in radii, at most 1; sharp, the logit of the
    highest heat within its reach, within SHARP.
    """
    mask, near, far = maps[0], maps[1], maps[2]
    ys, xs = np.nonzero(mask > 0)
    if len(ys) < 2:                                               # nothing surely visible: the likeliest cells
        ys, xs = np.unravel_index(np.argsort(mask, axis=None)[-4:], mask.shape)
    middle = (STRIDE - 1) / 2
    cells = np.stack([xs, ys], 1) * STRIDE + middle
    radius = float(np.exp(np.median(maps[7, ys, xs])) * RADIUS)
    out = dict(logit=float(np.ravel(presence)[0]), radius=radius, seen=int((mask > 0).sum()) * STRIDE ** 2)
    for name, heat, v in (('far', far, 5), ('near', near, 3)):
        votes = cells + maps[v:v + 2, ys, xs].T * VOTE
        guess = np.median(votes, 0)
        out[name], top = peak(heat, guess, NEAR_PULL * radius)
    out['spread'] = min(float(np.median(np.hypot(*(votes - guess).T))) / radius, 1.)
    out['sharp'] = float(np.clip(top, -SHARP, SHARP))
    y, x = np.mgrid[0:mask.shape[0], 0:mask.shape[1]] * STRIDE + middle
    disc = (x - out['near'][0]) ** 2 + (y - out['near'][1]) ** 2 < (FILL * radius) ** 2
    out['fill'] = float(np.clip(mask[disc], -PLAINLY, PLAINLY).mean()) if disc.any() else -PLAINLY
    return out


def peak(heat, guess, reach):
    """Heat's highest place within `reach` crop pixels of guess, between cells by its neighbours, or guess itself; and its logit."""
    g = heat.shape[0]
    y, x = np.mgrid[0:g, 0:g] * STRIDE + (STRIDE - 1) / 2
    p = np.where((x - guess[0]) ** 2 + (y - guess[1]) ** 2 <= reach ** 2, heat, -np.inf)
    i, j = np.unravel_index(np.argmax(p), p.shape)
    top = float(p[i, j])
    if not top > -2.2:                                            # below 0.1: the heat knows nothing
        return np.asarray(guess, float), top
    p = -np.logaddexp(0, -heat)                                   # log of the heat: a parabola around its peak
    at = [float(j), float(i)]
    for axis, (a, b, k) in enumerate((((i, j - 1), (i, j + 1), j), ((i - 1, j), (i + 1, j), i))):
        if 0 < k < g - 1:
            bend = p[a] - 2 * p[i, j] + p[b]
            at[axis] += float(np.clip((p[a] - p[b]) / (2 * bend), -.5, .5)) if bend < -1e-6 else 0.
    return np.array(at) * STRIDE + (STRIDE - 1) / 2, top


def fused(model):
    """A copy for inference with every normalisation folded into its convolution."""
    import copy
    m = copy.deepcopy(model).eval()
    for parent in list(m.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, nn.Sequential) and len(child) == 2 and isinstance(child[1], nn.BatchNorm2d):
                setattr(parent, name, nn.utils.fusion.fuse_conv_bn_eval(child[0], child[1]))
    return m


@torch.no_grad()
def unfold(model, path, images):
    """Gives model the weights of an exported network, so that training can go on from it.

    images (n, 3, s, s): typical inputs.  Each normalisation gets their mean and spread as its own and the scale and
    shift that cancel them: the answers on average stay those of the file, and training finds the statistics it needs.
    """
    import onnx
    weights = {t.name: torch.from_numpy(onnx.numpy_helper.to_array(t).copy()) for t in onnx.load(path).graph.initializer}

    def cancel(bias):
        def hook(norm, inputs):
            mean, var = inputs[0].mean((0, 2, 3)), inputs[0].var((0, 2, 3), unbiased=False)
            norm.running_mean.copy_(mean)
            norm.running_var.copy_(var)
            norm.weight.copy_((var + norm.eps).sqrt())
            norm.bias.copy_(bias + mean)
        return hook
    hooks, own = [], dict(model.named_modules())
    for name in fused(model).state_dict():
        layer, kind = name.rsplit('.', 1)
        if isinstance(own[layer], nn.Sequential):                 # a convolution and its normalisation
            if kind == 'weight':
                own[layer][0].weight.copy_(weights[name])
            else:
                hooks.append(own[layer][1].register_forward_pre_hook(cancel(weights[name])))
        else:
            getattr(own[layer], kind).copy_(weights[name])
    model.eval()(images)
    for h in hooks:
        h.remove()


def export(model, path, size=160, notes=None):
    """Writes ONNX operator set 11: input `image` 1x3xsxs; outputs `maps` 1x8xs/4xs/4, `presence` 1x1 (logit).

    notes: strings by name that go into the file's metadata.  Returns the operators used.
    """
    import onnx
    m = fused(model)
    torch.onnx.export(m, (torch.zeros(1, 3, size, size),), path, input_names=['image'], output_names=['maps', 'presence'],
                      opset_version=11, dynamo=False)
    g = onnx.load(path)
    onnx.helper.set_model_props(g, notes or {})
    onnx.save(g, path)
    onnx.checker.check_model(g)
    return sorted({n.op_type for n in g.graph.node})

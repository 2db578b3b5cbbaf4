"""Bugs that a convolution library might have, each as one replacement in its source."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Bug:
    """What is wrong, in which module, the text to replace (found once), its replacement, who must notice."""

    name: str
    module: str
    find: str
    replace: str
    tests: str


def bugs(module, tests, *rows):
    """Bugs of one module, for one file of tests; each row is a name, a text and its replacement."""
    return [Bug(name, module, find, replace, tests) for name, find, replace in rows]


BUGS = [
    *bugs(
        "_arguments.py",
        "test_faces",
        (
            "conv: stride, H and W swapped",
            'stride = per_axis(name, "stride", stride, axes, least=1)',
            'stride = per_axis(name, "stride", stride, axes, least=1)[::-1]',
        ),
        (
            "conv: dilation, H and W swapped",
            'dilation = per_axis(name, "dilation", dilation, axes, least=1)',
            'dilation = per_axis(name, "dilation", dilation, axes, least=1)[::-1]',
        ),
        (
            "conv: padding, H and W swapped",
            'per_axis(name, "padding", padding, axes, least=0))',
            'per_axis(name, "padding", padding, axes, least=0)[::-1])',
        ),
        ("conv: 'same' pads begin for end", "((e - 1) // 2, e // 2)", "(e // 2, (e - 1) // 2)"),
        ("conv: padding repeats the border", "+ list(self.padding))", "+ list(self.padding), mode='edge')"),
        ("conv: output size too small by one", "(n - e) // s + 1 for", "max((n - e) // s, 1) for"),
        ("conv: bias dropped", "y = y + np.expand_dims(self.b, tuple(range(1, y.ndim - 1)))", "pass"),
        ("conv: ints let through", 'if a.dtype.kind != "f":', 'if a.dtype.kind not in "fi":'),
        ("conv: dtypes mixed", "if a.dtype != dtype:", "if False:"),
        (
            "conv: a kernel too large let through",
            "if any(e > n for n, e in zip(padded",
            "if any(e > n + 1 for n, e in zip(padded",
        ),
    ),
    *bugs(
        "direct.py",
        "test_faces",
        (
            "direct: kernel flipped",
            "y[:, j] += w[j, i, a, e] * x[:, c",
            "y[:, j] += w[j, i, -1 - a, -1 - e] * x[:, c",
        ),
        (
            "direct: kernel, H and W swapped",
            "y[:, j] += w[j, i, a, e] * x[:, c",
            "y[:, j] += w[j, i, e % w.shape[2], a % w.shape[3]] * x[:, c",
        ),
        (
            "direct: input channels reversed",
            "y[:, j] += w[j, i, a, e] * x[:, c",
            "y[:, j] += w[j, -1 - i, a, e] * x[:, c",
        ),
        (
            "direct: output maps reversed",
            "y[:, j] += w[j, i, a, e] * x[:, c",
            "y[:, -1 - j] += w[j, i, a, e] * x[:, c",
        ),
        (
            "direct: groups interleaved",
            "c = j * groups // maps * channels + i\n        y[:, j] += w[j, i, a, e]",
            "c = j * groups // maps + i * groups\n        y[:, j] += w[j, i, a, e]",
        ),
        (
            "direct: only the last tap kept",
            "y[:, j] += w[j, i, a] * x[:, c",
            "y[:, j] = w[j, i, a] * x[:, c",
        ),
    ),
    *bugs(
        "direct.py",
        "test_face_gradients",
        (
            "direct backward: kernel flipped in dx",
            "dx[:, c, *seen] += w[j, i, a, e] * dy",
            "dx[:, c, *seen] += w[j, i, -1 - a, -1 - e] * dy",
        ),
        (
            "direct backward: overlaps in dx not added",
            "dx[:, c, *seen] += w[j, i, a] * dy",
            "dx[:, c, *seen] = w[j, i, a] * dy",
        ),
        (
            "direct backward: dw of the first image only",
            "dw[j, i, a, e] = np.sum(dy[:, j] * x[:, c, *seen])",
            "dw[j, i, a, e] = np.sum(dy[:1, j] * x[:1, c, *seen])",
        ),
        (
            "direct: transposed convolution, kernel flipped",
            "+= x[:, c] * w[c, i, a, e]",
            "+= x[:, c] * w[c, i, -1 - a, -1 - e]",
        ),
        (
            "direct: transposed convolution, groups interleaved",
            "j = c * groups // channels * maps + i\n        y[:, j, *layer.layout.seen_by((a, e))]",
            "j = c * groups // channels + i * groups\n        y[:, j, *layer.layout.seen_by((a, e))]",
        ),
        (
            "direct: transposed convolution, output maps reversed",
            "y[:, j, *layer.layout.seen_by((a, e))] +=",
            "y[:, -1 - j, *layer.layout.seen_by((a, e))] +=",
        ),
        (
            "direct: transposed convolution overwrites",
            "y[:, j, *layer.layout.seen_by((a,))] +=",
            "y[:, j, *layer.layout.seen_by((a,))] =",
        ),
    ),
    *bugs(
        "direct.py",
        "test_convolve",
        ("convolve2d: kernel not flipped", "+= w[a, e] * x\n", "+= w[-1 - a, -1 - e] * x\n"),
        ("convolve1d: circle turned backwards", "np.roll(x, k)", "np.roll(x, -k)"),
        (
            "convolve1d: no room for a long kernel",
            "np.pad(x, (0, max(r - n, 0)))\n        return sum(w[k] * np.roll(x, k)",
            "x\n        return sum(w[k] * np.roll(x, k)",
        ),
    ),
    *bugs(
        "_adjoint.py",
        "test_face_gradients",
        ("transposed convolution: output_padding ignored", "+ t * (r - 1) + 1 + e\n", "+ t * (r - 1) + 1\n"),
        (
            "transposed convolution: stride, H and W swapped",
            'stride = per_axis(name, "stride", stride, axes, least=1)',
            'stride = per_axis(name, "stride", stride, axes, least=1)[::-1]',
        ),
        (
            "transposed convolution: dilation, H and W swapped",
            'dilation = per_axis(name, "dilation", dilation, axes, least=1)',
            'dilation = per_axis(name, "dilation", dilation, axes, least=1)[::-1]',
        ),
        (
            "transposed convolution: padding cut at one end only",
            "output = tuple(n - 2 * p for",
            "output = tuple(n - p for",
        ),
        ("transposed convolution: bias dropped", "y = y + np.expand_dims(self.b,", "np.expand_dims(self.b,"),
        (
            "conv backward: padding cropped at the wrong end",
            "slice(p, p + n) for (p, _), n",
            "slice(p, p + n) for (_, p), n",
        ),
        ("conv backward: db of the first image only", "db = dy.sum(", "db = dy[:1].sum("),
    ),
    *bugs(
        "toeplitz.py",
        "test_faces",
        (
            "toeplitz: groups interleaved",
            "c = j * groups // maps * channels + i",
            "c = j * groups // maps + i * groups",
        ),
        (
            "toeplitz: taps reversed",
            "weights.append(np.full(outputs[j].size, w[j, i, *tap]))",
            "weights.append(np.full(outputs[j].size, w[j, i, *(-1 - t for t in tap)]))",
        ),
    ),
    *bugs(
        "toeplitz.py",
        "test_face_gradients",
        (
            "toeplitz backward: shared weights not added",
            "np.add.at(dw, number.data, dW)",
            "dw[number.data] = dW",
        ),
    ),
    *bugs(
        "im2col.py",
        "test_im2col",
        (
            "im2col: taps reversed in the columns",
            "columns[:, :, *tap] = x[",
            "columns[:, :, *(-1 - t for t in tap)] = x[",
        ),
        ("fold: overlaps not added", "*layout.seen_by(tap)] += columns", "*layout.seen_by(tap)] = columns"),
    ),
    *bugs(
        "im2col.py",
        "test_faces",
        (
            "im2col: groups interleaved",
            "return layer.w.reshape(layer.groups, len(layer.w) // layer.groups, -1)",
            "return layer.w.reshape(len(layer.w) // layer.groups, layer.groups, -1).swapaxes(0, 1)",
        ),
    ),
    *bugs(
        "im2col.py",
        "test_face_gradients",
        (
            "im2col backward: kernels not transposed",
            "columns = rows.swapaxes(1, 2) @ y",
            "columns = rows.reshape(len(rows), -1, rows.shape[1]) @ y",
        ),
    ),
    *bugs(
        "fourier.py",
        "test_faces",
        ("fourier: convolution for correlation", "X, W.conj())", "X, W)"),
    ),
    *bugs(
        "fourier.py",
        "test_face_gradients",
        (
            "fourier: kernel not dilated",
            'layout.dilation, circle)\n    Y = np.einsum("ngi...,gji',
            'dense, circle)\n    Y = np.einsum("ngi...,gji',
        ),
        ("fourier backward: dw not conjugated", "X, dY.conj())", "X, dY)"),
    ),
    *bugs(
        "conv.py",
        "test_survivors",
        ("conv, fast: bias dropped", "y += np.expand_dims(layer.b,", "np.expand_dims(layer.b,"),
        (
            "conv, fast: a NaN spreads through the spectra",
            "return fewer and all(np.isfinite(a).all() for a in arrays)",
            "return fewer",
        ),
        ("conv, fast: turned kernels with a stride", "if any(axis.s > 1 for axis in axes):", "if False:"),
        (
            "conv, fast: kernels not turned on the way back",
            "return np.flip(w.reshape(-1, *w.shape[2:]), range(2, w.ndim - 1))",
            "return w.reshape(-1, *w.shape[2:])",
        ),
        (
            "conv, fast: padding of the way back",
            "axis.t * (axis.r - 1) - axis.p, axis.t, axis.n)",
            "axis.t * (axis.r - 1), axis.t, axis.n)",
        ),
        (
            "conv, fast: dw of the way back not turned",
            "return dx, None if x is None else _turn(dw, groups)",
            "return dx, None if x is None else np.flip(_turn(dw, groups), -1)",
        ),
    ),
    *bugs(
        "_gemm.py",
        "test_survivors",
        (
            "conv, fast: kernel rows not dilated",
            "slice(first.t * a, first.t * a + reach, first.s)",
            "slice(a, a + reach, first.s)",
        ),
        (
            "conv, fast: dw of the first image only",
            "if len(a) == 1 else a.sum(axis=0)",
            "if True else a.sum(axis=0)",
        ),
        ("conv, fast: dw of the last block only", "dkernels[a, some] +=", "dkernels[a, some] ="),
        ("conv, fast: every strip begins at the top", "p=first.p - first.s * outputs.start", "p=first.p"),
        (
            "conv, fast: overlaps not added",
            "part[:, :, :, *samples] += windows",
            "part[:, :, :, *samples] = windows",
        ),
        ("conv, fast: the last block left in the buffer", "rows[...] = 0\n", "pass\n"),
        (
            "conv, fast: kernel rows reversed",
            "np.moveaxis(w, 3, 0).reshape(rows",
            "np.moveaxis(w, 3, 0)[::-1].reshape(rows",
        ),
        (
            "conv, fast: groups interleaved",
            "w = w.reshape(groups, len(w) // groups, w.shape[1], rows, ",
            "w = w.reshape(len(w) // groups, groups, *w.shape[1:]).swapaxes(0, 1).reshape(w.shape)\n"
            "    w = w.reshape(groups, len(w) // groups, w.shape[1], rows, ",
        ),
        (
            "conv, fast: products of kernel rows not added",
            "ys[block] += kernels[a, some] @ columns",
            "ys[block] = kernels[a, some] @ columns",
        ),
    ),
    *bugs(
        "_spectra.py",
        "test_survivors",
        ("conv by spectra: kernel flipped", "X @ _adjoint(W)", "X @ W.swapaxes(-1, -2)"),
        (
            "conv by spectra: circle too short",
            "zeros = max(axis.p, outputs[-1] + taps[-1] - inputs[-1])",
            "zeros = axis.p",
        ),
        (
            "conv by spectra: middle wave counted twice",
            "(waves == 0) | (2 * waves == columns.period)",
            "waves == 0",
        ),
        ("conv by spectra: dw flipped", "_adjoint(Y) @ X", "Y.swapaxes(-1, -2) @ X"),
        ("conv by spectra: only the last strip kept", "total += (back", "total = (back"),
        ("conv by spectra: dilation ignored", "range(0, axis.t * axis.r, axis.t)", "range(axis.r)"),
        ("conv by spectra: padding ignored", "range(axis.p, axis.p + axis.n)", "range(axis.n)"),
    ),
    *bugs(
        "direct.py",
        "test_conv_transpose",
        (
            "direct: transposed backward, kernel flipped in dx",
            "dx[:, c] += w[c, i, a, e] * padded[:, j, *painted]",
            "dx[:, c] += w[c, i, -1 - a, -1 - e] * padded[:, j, *painted]",
        ),
        (
            "direct: transposed backward, dw of the first image only",
            "dw[c, i, a] = np.sum(x[:, c] * padded[:, j, *painted])",
            "dw[c, i, a] = np.sum(x[:1, c] * padded[:1, j, *painted])",
        ),
    ),
    *bugs(
        "_adjoint.py",
        "test_conv_transpose",
        (
            "transposed backward: a gradient of any shape let through",
            "return layer, gradient(name, dy, layer.x, layer.shape[layer.added :]).reshape(layer.shape)",
            "return layer, np.resize(dy, layer.shape)",
        ),
    ),
    *bugs(
        "toeplitz.py",
        "test_conv_transpose",
        (
            "toeplitz: transposed backward, gradient flattened from its end",
            "dx = (W @ flat_dy.T).T.reshape(x.shape)",
            "dx = (W @ flat_dy[:, ::-1].T).T.reshape(x.shape)",
        ),
        (
            "toeplitz: transposed backward, dw of the first image only",
            "_of_weights(layer, flat_x, flat_dy)",
            "_of_weights(layer, flat_x[:1], flat_dy[:1])",
        ),
    ),
    *bugs(
        "im2col.py",
        "test_conv_transpose",
        (
            "im2col: transposed backward, channels reversed in dx",
            "(rows @ columns).reshape(layer.x.shape)",
            "(rows[:, ::-1] @ columns).reshape(layer.x.shape)",
        ),
    ),
    *bugs(
        "fourier.py",
        "test_conv_transpose",
        ("fourier: transposed backward, kernel not conjugated", "dY, W.conj())", "dY, W)"),
        (
            "fourier: transposed backward, stride ignored",
            "dx = _numbers(dX, layout.stride, layout.output, circle)",
            "dx = _numbers(dX, dense, layout.output, circle)",
        ),
    ),
    *bugs(
        "_depthwise.py",
        "test_depthwise",
        ("depthwise: what came in from other rows is left", "strangers[here] = 0", "pass"),
        (
            "depthwise: maps moved the wrong way",
            "move = rows.p * width - left",
            "move = rows.p * width + left",
        ),
        ("depthwise: padding above ignored", "move = rows.p * width - left", "move = -left"),
        ("depthwise: kernel rows not dilated", "down = rows.t * columns.n", "down = columns.n"),
        ("depthwise: taps not dilated", "left = columns.t * a - columns.p", "left = a - columns.p"),
        ("depthwise: only two kernel rows added", "total += other", "pass"),
        ("depthwise: dw of the last image only", "dkernels[part] +=", "dkernels[part] ="),
        (
            "depthwise: every block with the first kernels",
            "np.matmul(kernels[part], windows[here]",
            "np.matmul(kernels[here], windows[here]",
        ),
        ("depthwise: spare taps in dw", "dkernels[:, None, :, 0, : columns.r]", "dkernels[:, None, :, 0]"),
    ),
    *bugs(
        "conv.py",
        "test_depthwise",
        (
            "depthwise_separable: bias dropped",
            "return _conv(prepare(name, 2, between, pointwise, b, 1, 0, 1, 1))",
            "return _conv(prepare(name, 2, between, pointwise, None, 1, 0, 1, 1))",
        ),
        (
            "depthwise: where the output is narrower than the map",
            "if maps == channels == groups and _depthwise.fits(axes):",
            "if maps == channels == groups and len(axes) == 2 and axes[0].r > 1 == axes[0].s:",
        ),
    ),
    *bugs(
        "deform.py",
        "test_deform",
        (
            "deform: offsets down and to the right swapped",
            "offset[:, :, :, :, i], -FRAME, n)",
            "offset[:, :, :, :, 1 - i], -FRAME, n)",
        ),
        ("deform: stride, H and W swapped", "(s1, s2), (t1, t2), (", "(s2, s1), (t1, t2), ("),
        (
            "deform: dilation ignored",
            "s1 * u + t1 * a - p1, s2 * v + t2 * e - p2",
            "s1 * u + a - p1, s2 * v + e - p2",
        ),
        ("deform: padding ignored", "s1 * u + t1 * a - p1,", "s1 * u + t1 * a,"),
        ("deform: taps numbered column by column", "a, e, u, v = np.ogrid[", "e, a, v, u = np.ogrid["),
        ("deform: neighbours' weights swapped", "return (1 - t) * a + t * b", "return t * a + (1 - t) * b"),
        (
            "deform: nearest pixel for the four around",
            "beyond.append(place - pixel)",
            "beyond.append(0 * place)",
        ),
        (
            "deform: the border repeated outside",
            "(FRAME, FRAME), (FRAME, FRAME)])",
            '(FRAME, FRAME), (FRAME, FRAME)], "edge")',
        ),
        (
            "deform: places outside pulled to the border",
            "-FRAME, n)\n",
            "0, n - 1)\n",
        ),
        ("deform: mask ignored", "_columns(layer, read * mask)", "_columns(layer, read)"),
        (
            "deform: every map with the first offsets",
            "return x.reshape(batch, groups, x.shape[1] // groups, x.shape[2] * x.shape[3])",
            "x = x.reshape(batch, x.shape[1] // groups, groups, x.shape[2] * x.shape[3])\n"
            "        return x.swapaxes(1, 2)",
        ),
        (
            "deform: groups of kernels ignored",
            "groups = max(1, x.shape[-3] // w.shape[1])",
            "groups = 1",
        ),
        ("deform backward: slopes swapped", "for slope in (down, right)]", "for slope in (right, down)]"),
        ("deform backward: mask forgotten in dx", "dread = dcolumns * weight", "dread = dcolumns"),
        ("deform backward: mask forgotten in dw", "_columns(layer, read * weight)", "_columns(layer, read)"),
        (
            "deform backward: mask in its own gradient",
            "np.sum(dcolumns * read, axis=2)",
            "np.sum(dread * read, axis=2)",
        ),
        (
            "deform backward: shares of one pixel not added",
            "np.add.at(dx.reshape(-1), (plane + pixel).ravel(), (dread * part).ravel())",
            "dx.reshape(-1)[(plane + pixel).ravel()] += (dread * part).ravel()",
        ),
        (
            "deform backward: dw of the first image only",
            ".swapaxes(-1, -2)).sum(axis=0)",
            ".swapaxes(-1, -2))[:1].sum(axis=0)",
        ),
    ),
    *bugs(
        "_windows.py",
        "test_pool",
        ("pool: ceil_mode ignored", "(-(-room // s) if ceil_mode else room // s)", "room // s"),
        ("pool: a last window may begin behind the map", "if s * (outputs - 1) - p >= n:", "if False:"),
        (
            "pool: stride 1 by default",
            "stride = kernel if stride is None",
            "stride = (1,) * len(size) if stride is None",
        ),
        ("pool: dilation ignored", "offset = self.t * a - self.p", "offset = a - self.p"),
        ("pool: padding at the end only", "offset = self.t * a - self.p", "offset = self.t * a"),
        (
            "pool: kernel, H and W swapped",
            'kernel = per_axis(name, "kernel_size", kernel_size, len(size), least=1)',
            'kernel = per_axis(name, "kernel_size", kernel_size, len(size), least=1)[::-1]',
        ),
        (
            "pool: stride, H and W swapped",
            'per_axis(name, "stride", stride, len(size), least=1)',
            'per_axis(name, "stride", stride, len(size), least=1)[::-1]',
        ),
        (
            "pool: padding, H and W swapped",
            'padding = per_axis(name, "padding", padding, len(size), least=0)',
            'padding = per_axis(name, "padding", padding, len(size), least=0)[::-1]',
        ),
        (
            "pool: dilation, H and W swapped",
            'dilation = per_axis(name, "dilation", dilation, len(size), least=1)',
            'dilation = per_axis(name, "dilation", dilation, len(size), least=1)[::-1]',
        ),
        (
            "avg_pool: count_include_pad ignored",
            "axis.counts(axis.p if padding else 0)",
            "axis.counts(axis.p)",
        ),
        (
            "avg_pool: taps beyond the padding count",
            "return ((-margin <= place) & (place < self.n + margin)).sum(axis=1)",
            "return ((-margin <= place) & ((place < self.n) | (margin > 0))).sum(axis=1)",
        ),
        (
            "max_pool: ties to the last",
            "    for pair in product(*(axis.taps() for axis in axes)):\n"
            "        outputs, samples = zip(*pair, strict=True)\n"
            "        searching[..., *outputs] &= x[..., *samples] != y[..., *outputs]\n"
            "        tap += searching\n",
            "    for number, pair in enumerate(product(*(axis.taps() for axis in axes))):\n"
            "        outputs, samples = zip(*pair, strict=True)\n"
            "        tap[..., *outputs][x[..., *samples] == y[..., *outputs]] = number\n",
        ),
        ("max_pool: index of NaN lost", "if nan.any():", "if False:"),
        (
            "max_pool: index counted in the padded map",
            "np.arange(axis.outputs) - axis.p), starts)",
            "np.arange(axis.outputs)), starts)",
        ),
        ("max_pool: index with H for W", "step *= axis.n", "step *= axes[0].n"),
    ),
    *bugs(
        "pool.py",
        "test_pool",
        (
            "max_pool: padding with zeros",
            "sweep(np.maximum, x, axes, -np.inf)",
            "sweep(np.maximum, x, axes, 0)",
        ),
        ("max_pool: NaN ignored", "sweep(np.maximum, x, axes, -np.inf)", "sweep(np.fmax, x, axes, -np.inf)"),
        (
            "max_pool backward: windows with one maximum not added",
            "np.add.at(dx.reshape(-1), (planes + indices).ravel(), dy.ravel())",
            "dx.reshape(-1)[(planes + indices).ravel()] = dy.ravel()",
        ),
        ("avg_pool: divisor_override ignored", "if divisor_override is not None:", "if False:"),
        ("lp_pool: root forgotten", "axes, 0)) ** (1 / p)", "axes, 0))"),
        (
            "lp_pool: windows cut short not completed",
            "return prod(axis.r for axis in axes) / counts(axes, dtype)",
            "return 1",
        ),
        (
            "adaptive_avg_pool: end of the window rounded down",
            "-(-(u + 1) * n // outputs)",
            "(u + 1) * n // outputs",
        ),
        (
            "maxout: groups interleaved",
            "return x.reshape(len(x), x.shape[1] // pieces, pieces, *x.shape[2:])",
            "return x.reshape(len(x), pieces, x.shape[1] // pieces, *x.shape[2:]).swapaxes(1, 2)",
        ),
        ("blur_pool: border repeated, not mirrored", 'mode="reflect"', 'mode="edge"'),
        ("blur_pool: begin and end swapped", "((r - 1) // 2, r // 2), mode", "(r // 2, (r - 1) // 2), mode"),
    ),
    *bugs(
        "unpool.py",
        "test_unpool",
        (
            "max_unpool: values for one place added",
            "np.put_along_axis(y, flat, x.reshape(flat.shape), axis=-1)",
            "np.add.at(y.reshape(-1, prod(size)), (np.arange(prod(leading))[:, None], "
            "flat.reshape(prod(leading), -1)), x.reshape(prod(leading), -1))",
        ),
        (
            "max_unpool: output_size ignored",
            "output_size = filled if output_size is None else output_size",
            "output_size = filled",
        ),
        ("max_unpool: padding ignored", "s * (n - 1) + r - 2 * p for", "s * (n - 1) + r for"),
        (
            "unpool_nearest: H and W swapped",
            "return x.repeat(s1, axis=-2).repeat(s2, axis=-1)",
            "return x.repeat(s2, axis=-2).repeat(s1, axis=-1)",
        ),
        (
            "bed_of_nails: nails in the last corner",
            "y[..., ::s1, ::s2] = x",
            "y[..., s1 - 1 :: s1, s2 - 1 :: s2] = x",
        ),
    ),
    *bugs(
        "upsample.py",
        "test_upsample",
        (
            "interpolate: align_corners ignored",
            "place = u * ((n - 1) / max(m - 1, 1)) if align_corners else (u + 0.5) * step - 0.5",
            "place = (u + 0.5) * step - 0.5",
        ),
        ("interpolate: pixels without a size", "else (u + 0.5) * step - 0.5", "else u * step"),
        (
            "interpolate: runs over the border",
            "place = place.clip(0, n - 1)",
            "place = np.minimum(place, n - 1)",
        ),
        (
            "interpolate: nearest rounds up",
            "np.minimum(place.astype(int), n - 1)",
            "np.minimum(np.ceil(place).astype(int), n - 1)",
        ),
        (
            "interpolate: factor taken from the sizes",
            "steps = [1 / f for f in factors]",
            "steps = [n / m for n, m in zip(before, after, strict=True)]",
        ),
        (
            "interpolate: weights of the neighbours swapped",
            "np.stack([1 - (place - before), place - before])",
            "np.stack([place - before, 1 - (place - before)])",
        ),
        (
            "resize_conv2d: bias dropped",
            "return conv2d(resized, w, b, **hyper)",
            "return conv2d(resized, w, **hyper)",
        ),
        (
            "resize_conv2d: padding ignored",
            '"resize_conv2d", {"padding": padding,',
            '"resize_conv2d", {"padding": 0,',
        ),
        (
            "resize_conv2d backward: padding ignored",
            '"resize_conv2d_backward", {"padding": padding,',
            '"resize_conv2d_backward", {"padding": 0,',
        ),
        (
            "resize_conv2d backward: dw of a kernel turned round",
            "return _give_back(dresized, x, taps), dw, db",
            "return _give_back(dresized, x, taps), np.ascontiguousarray(dw[..., ::-1]), db",
        ),
        ("overlap_count: overlaps not added", "(n - 1) + 1 : s] += 1", "(n - 1) + 1 : s] = 1"),
    ),
    *bugs(
        "_resample.py",
        "test_upsample",
        (
            "interpolate backward: shares not added",
            "np.add.at(matrix, (np.arange(outputs), index), weight)",
            "matrix[np.arange(outputs), index] = weight",
        ),
    ),
    *bugs(
        "activation.py",
        "test_activation",
        (
            "softmax: greatest not taken off",
            "e = np.exp(a - a.max(axis=dim, keepdims=True))",
            "e = np.exp(a)",
        ),
        (
            "softmax: always along the last axis",
            "return e / e.sum(axis=dim, keepdims=True)",
            "return e / e.sum(axis=-1, keepdims=True)",
        ),
        (
            "softmax backward: mean not taken off",
            "return y * (dy - (y * dy).sum(axis=dim, keepdims=True))",
            "return y * (1 - y) * dy",
        ),
        (
            "log_softmax: logarithm of zero",
            "return a - np.log(np.exp(a).sum(axis=dim, keepdims=True))",
            "return np.log(softmax(a, dim))",
        ),
        ("relu: slope 1 at zero", "np.where(a <= 0,", "np.where(a < 0,"),
        (
            "scaled_tanh: inner factor forgotten",
            "return 1.7159 * np.tanh(2 / 3 * a)",
            "return 1.7159 * np.tanh(a)",
        ),
        (
            "sigmoid: left tail rounded to zero",
            "np.exp(np.minimum(a, 0)) / (1 + np.exp(-np.abs(a)))",
            "(1 + np.tanh(a / 2)) / 2",
        ),
    ),
    *bugs(
        "loss.py",
        "test_loss",
        (
            "cross_entropy: mean over number, not weight",
            "return _reduced(name, losses, weights.sum(), reduction)",
            "return _reduced(name, losses, losses.dtype.type(losses.size), reduction)",
        ),
        ("cross_entropy: ignore_index counts", "weight[classes] * counted", "weight[classes]"),
        (
            "cross_entropy: sum for mean",
            'return losses.sum() / total if reduction == "mean" else losses.sum()',
            "return losses.sum()",
        ),
        (
            "cross_entropy backward: true class not taken off",
            "np.take_along_axis(difference, true, axis=1) - 1,",
            "np.take_along_axis(difference, true, axis=1),",
        ),
        ("nll_loss: sign forgotten", "-weights * true)", "weights * true)"),
        (
            "nll_loss: weight ignored",
            "return a, classes, weight[classes] * counted",
            "return a, classes, np.ones_like(weight)[classes] * counted",
        ),
        (
            "nll_loss backward: sign forgotten",
            "np.put_along_axis(dlog_p, classes[:, None], -share[:, None], axis=1)",
            "np.put_along_axis(dlog_p, classes[:, None], share[:, None], axis=1)",
        ),
        (
            "nll_loss backward: mean over number, not weight",
            "dy = _shared(name, dy, a, weights.shape, weights.sum(), reduction)",
            "dy = _shared(name, dy, a, weights.shape, a.dtype.type(weights.size), reduction)",
        ),
        ("mse_loss backward: factor 2 forgotten", "return dy * 2 * (y - target)", "return dy * (y - target)"),
    ),
    *bugs(
        "normalisation.py",
        "test_normalisation",
        (
            "local_response_norm: alpha not divided",
            '"alpha", alpha) / size * around',
            '"alpha", alpha) * around',
        ),
        (
            "local_response_norm: even window the other way",
            "_neighbours(x**2, size // 2, (size - 1) // 2)",
            "_neighbours(x**2, (size - 1) // 2, size // 2)",
        ),
        (
            "local_response_norm backward: window not turned round",
            "(size - 1) // 2, size // 2)\n    return dy",
            "size // 2, (size - 1) // 2)\n    return dy",
        ),
        ("batch_norm: biased variance in the running one", "var * (m / (m - 1))", "var"),
        (
            "batch_norm: momentum the other way",
            "(1 - momentum) * running + momentum * batch",
            "momentum * running + (1 - momentum) * batch",
        ),
        (
            "batch_norm: eps outside the root",
            "np.sqrt(_across(var, x) + eps)",
            "(np.sqrt(_across(var, x)) + eps)",
        ),
        ("batch_norm backward: variance taken for a constant", " - normalised * _across(dweight / m, x)", ""),
        ("dropout: mean not kept", "mask.astype(dtype) / (1 - p if p < 1 else 1)", "mask.astype(dtype)"),
        ("dropout: keeps with probability p", "rng.random(x.shape) >= p", "rng.random(x.shape) < p"),
    ),
    *bugs(
        "recurrent.py",
        "test_recurrent",
        ("RNN: recurrent matrix transposed", "a = ax + h @ w_hh.T + b_hh", "a = ax + h @ w_hh + b_hh"),
        ("RNN: recurrent bias dropped", "a = ax + h @ w_hh.T + b_hh", "a = ax + h @ w_hh.T"),
        (
            "RNN backward: recurrent matrix transposed",
            "return da, da, (h,), (da @ w_hh,)",
            "return da, da, (h,), (da @ w_hh.T,)",
        ),
        ("LSTM: gates in the order of ONNX", "i, f, g, o = np.split(ax", "i, o, f, g = np.split(ax"),
        ("LSTM: f and o swapped", "i, f, g, o = np.split(ax", "i, o, g, f = np.split(ax"),
        (
            "LSTM backward: memory not scaled by the forget gate",
            "return da, da, (h,), (da @ w_hh, dc * f)",
            "return da, da, (h,), (da @ w_hh, dc)",
        ),
        (
            "LSTM backward: gradient of c dropped",
            "dc = dc + dh * o * (1 - shown**2)",
            "dc = dh * o * (1 - shown**2)",
        ),
        ("GRU: r and z swapped", "r, z = np.split(sigmoid", "z, r = np.split(sigmoid"),
        ("GRU: new and old swapped", "((1 - z) * n + z * h,)", "(z * n + (1 - z) * h,)"),
        ("GRU: reset_after ignored", 'cell = _GRU("gru", reset_after)', 'cell = _GRU("gru", True)'),
        (
            "recurrent: initial state ignored",
            "[arrays[part][k].reshape(-1, units) for",
            "[0 * arrays[part][k].reshape(-1, units) for",
        ),
        (
            "recurrent: lengths ignored",
            "< _lengths(name, lengths, steps, batch)",
            "< _lengths(name, None, steps, batch)",
        ),
        (
            "recurrent: output goes on after the end",
            "y[t] = np.where(live[t], state[0], 0)",
            "y[t] = state[0]",
        ),
        ("recurrent: reverse reads forwards", "range(steps)[::sign]", "range(steps)"),
        (
            "recurrent: directions swapped in y",
            "np.concatenate(ys, axis=2)",
            "np.concatenate(ys[::-1], axis=2)",
        ),
        (
            "recurrent backward: truncation off by one",
            "before // truncate != t // truncate",
            "(before + 1) // truncate != (t + 1) // truncate",
        ),
        (
            "recurrent backward: truncation ignored",
            "for before, t in pairwise(order):",
            "for before, t in ():",
        ),
        (
            "recurrent backward: gradient of the last state dropped",
            "dh, *dc = dstate\n",
            "dh, *dc = (0 * d for d in dstate)\n",
        ),
        (
            "clip_grad_norm: short gradients stretched",
            "np.minimum(1.0, max_norm / (norm + 1e-6))",
            "max_norm / (norm + 1e-6)",
        ),
        (
            "clip_grad_norm: norms added",
            "np.linalg.norm([np.linalg.norm(g.ravel(), norm_type) for g in gradients], norm_type)",
            "sum(np.linalg.norm(g.ravel(), norm_type) for g in gradients)",
        ),
    ),
    *bugs(
        "deconvolution.py",
        "test_deconvolution",
        ("wiener: spectrum not conjugated", "Y * W.conj() / ", "Y * W / "),
    ),
]

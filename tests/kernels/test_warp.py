import llvmlite.binding as llvm
import naive
import numba
import numpy as np
import pytest
from livingstill.kernels import composite, yuv


def test_a_pixel_is_sampled_by_vectors_and_without_gathers():
    if not llvm.get_host_cpu_features().get("avx2"):
        pytest.skip("this machine has no AVX2")
    colour = np.zeros((16, 16), np.uint32).ravel()
    place, out = np.full(32, 4, np.float32), np.zeros((4, 32), np.float32)
    starts, weights = np.zeros((2, 32), np.int32), np.zeros((8, 32), np.float32)
    fresh = numba.njit(nogil=True, error_model="numpy")(
        composite._sample.py_func
    )  # not from the cache
    fresh(colour, 0, 16, 16, place, place, 32, True, False, starts, weights, out)
    code = "".join(fresh.inspect_asm().values())
    assert "vpmovzxbd" in code and "vmulps" in code and "vgather" not in code


@pytest.mark.parametrize("cubic", [False, True])
def test_points_beyond_the_border_repeat_the_last_pixel(cubic):
    rng = np.random.default_rng(1)
    colour = rng.integers(0, 2**32, (6, 9), np.uint32)
    xs = rng.uniform(-3, 12, 64).astype(np.float32)
    ys = rng.uniform(-3, 9, 64).astype(np.float32)
    xs[:4], ys[:4] = (0, 8, 7.5, 0.5), (0, 5, 4.5, 0.25)
    starts, weights = np.zeros((2, 64), np.int32), np.zeros((8, 64), np.float32)
    out = np.zeros((4, 64), np.float32)
    both = np.concatenate([np.zeros(7, np.uint32), colour.ravel()])

    run = numba.njit(composite._sample.py_func)
    run(both, 7, 9, 6, xs, ys, 64, cubic, False, starts, weights, out)
    rgba = colour.view(np.uint8).reshape(6, 9, 4).astype(float)
    for n in range(64):
        want = naive.sample(rgba, float(np.clip(xs[n], 0, 8)), float(np.clip(ys[n], 0, 5)), cubic)
        np.testing.assert_allclose(out[:, n], want, atol=2e-3)


@pytest.mark.parametrize("shape", [(2, 2), (34, 50), (64, 66)])
def test_yuv_is_bt709_limited(shape):
    rng = np.random.default_rng(0)
    rgba = rng.integers(0, 256, (*shape, 4), np.uint8)
    packed = rgba.view(np.uint32)[..., 0]
    y = np.zeros((shape[0], shape[1] + 14), np.uint8)
    u, v = (np.zeros((shape[0] // 2, shape[1] // 2 + 7), np.uint8) for _ in range(2))
    yuv.to_yuv420(packed, y, u, v)
    r, g, b = (rgba[..., c].astype(float) for c in range(3))
    luma = 0.2126 * r + 0.7152 * g + 0.0722 * b
    assert np.abs(y[:, : shape[1]] - (16 + 219 / 255 * luma)).max() < 0.51

    def half(a):
        return a.reshape(shape[0] // 2, 2, shape[1] // 2, 2).mean((1, 3))

    cb, cr = 128 + 224 / 255 * half(b - luma) / 1.8556, 128 + 224 / 255 * half(r - luma) / 1.5748
    assert np.abs(u[:, : shape[1] // 2] - cb).max() < 0.52
    assert np.abs(v[:, : shape[1] // 2] - cr).max() < 0.52
    assert not y[:, shape[1] :].any() and not u[:, shape[1] // 2 :].any()
    rgb = np.zeros((shape[0], shape[1] * 3), np.uint8)
    yuv.to_rgb24(packed, rgb)
    assert (rgb.reshape(*shape, 3) == rgba[..., :3]).all()

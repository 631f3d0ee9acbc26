"""Files of NumPy and Pillow with what they hold: .npy, .npz, PNG, JPEG, WebP; and a picture shrunk by area."""
import base64
import io
import json
import numpy as np
from PIL import Image

draw = np.random.default_rng(5)


def text(data):
    return base64.b64encode(data).decode()


def npy(array, **options):
    file = io.BytesIO()
    np.lib.format.write_array(file, array, allow_pickle=True, **options)
    return {"file": text(file.getvalue()), "shape": list(array.shape),
            "values": None if array.dtype == object else array.astype(float).ravel().tolist()}


arrays = [npy(draw.integers(0, 256, (2, 2, 3)).astype("u1")),
          npy(np.asfortranarray(draw.normal(size=(3, 4, 2)).astype("<f4"))),
          npy(draw.integers(-900, 900, (2, 3)).astype(">i2")),
          npy(draw.normal(size=5), version=(2, 0)),
          npy(np.array([-(2 ** 40), 2 ** 50], "<i8"), version=(3, 0)),
          npy(np.array([{}, 1], object))]

table = {"data": draw.integers(0, 256, (4, 3, 2, 2)).astype("u1"), "labels": np.array([1, 0, 2, 1])}
archives = []
for save in (np.savez, np.savez_compressed):
    file = io.BytesIO()
    save(file, **table)
    archives.append({"file": text(file.getvalue()),
                     "data": table["data"].astype(float).ravel().tolist(),
                     "labels": table["labels"].tolist()})


def picture(image, kind, **options):
    """A file of a picture, its middle square in grey and in colour, and that at a side of 3."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    file.seek(0)
    with Image.open(file) as read:
        mode = read.mode
        deep = mode.startswith("I")
        if deep:
            colors = np.repeat(np.asarray(read).astype(float)[..., None] / 65535, 3, 2)
        else:
            rgba = np.asarray(read.convert("RGBA")).astype(float) / 255
            colors = rgba[..., :3] * rgba[..., 3:]
    crop = min(colors.shape[:2])
    top, left = ((n - crop) // 2 for n in colors.shape[:2])
    square = colors[top:top + crop, left:left + crop]
    # Each pixel as 3 × 3 equal ones, then means of whole blocks: exactly the area of each new pixel.
    small = square.repeat(3, 0).repeat(3, 1).reshape(3, crop, 3, crop, 3).mean((1, 3))
    return {"kind": f"{kind} {mode}", "file": text(file.getvalue()), "small": small.ravel().tolist()}


def noise(*shape):
    return draw.integers(0, 256, shape).astype("u1")


smooth = (127 + 100 * np.sin(np.arange(80)[:, None] / 9 + np.arange(60) / 7)).astype("u1")
pictures = [picture(Image.fromarray(noise(9, 6)), "PNG"),
            picture(Image.fromarray(noise(6, 9, 3)), "PNG"),
            picture(Image.fromarray(noise(6, 6, 4)), "PNG"),
            picture(Image.fromarray(noise(7, 12, 3)).quantize(11), "PNG"),
            picture(Image.fromarray(noise(11, 13) > 127), "PNG"),
            picture(Image.fromarray(draw.integers(0, 65536, (6, 6)).astype("u2")), "PNG"),
            picture(Image.fromarray(np.stack([smooth, 255 - smooth, smooth // 2], -1)), "JPEG",
                    quality=95),
            picture(Image.fromarray(smooth), "JPEG", quality=95),
            picture(Image.fromarray(np.stack([smooth, 255 - smooth, smooth // 2], -1)), "WEBP",
                    quality=90),
            picture(Image.fromarray(noise(6, 6, 4)), "WEBP", lossless=True, exact=True)]
print(json.dumps({"arrays": arrays, "archives": archives, "pictures": pictures}))

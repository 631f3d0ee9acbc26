# Makes small.safetensors: python3 -m venv v && v/bin/pip install numpy safetensors && v/bin/python small.py
import numpy as np
from safetensors.numpy import save_file

save_file(
    {
        "policy/0/kernel": np.arange(6, dtype=np.float32).reshape(2, 3) / 4,
        "0": np.array([1, -2], dtype=np.int32),
        "scalar": np.array(1e-300),
        "bytes": np.array([0, 127, 255], dtype=np.uint8),
        "empty": np.zeros((0, 4), dtype=np.float32),
    },
    "small.safetensors",
    metadata={"format": "lab", "note": "größe"},
)
save_file({"count": np.array([1, 2])}, "int64.safetensors")

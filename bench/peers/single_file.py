"""CleanRL's own single-file PPO as its users start it, timed on request.

Prints its name, then answers each line "COUNT SET-UP STEPS" with the milliseconds that a run of COUNT
times STEPS environment steps took, from its first line to its last, as one such file does: modules are
loaded already, everything else begins anew. One thread, its own values, its TensorBoard log into a
temporary folder. CLEANRL_PACKAGES names a folder with the libraries of its time.
"""

import contextlib
import importlib.metadata
import importlib.util
import os
import runpy
import sys
import tempfile
import time

sys.path.insert(0, os.environ.get("CLEANRL_PACKAGES", ""))

import gym
import torch

torch.set_num_threads(1)


def run(path, steps):
    sys.argv = [path, "--total-timesteps", str(steps), "--cuda", "False"]
    started_at = time.perf_counter()
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        runpy.run_path(path, run_name="__main__")
    return (time.perf_counter() - started_at) * 1000


def main():
    path = importlib.util.find_spec("cleanrl.ppo").origin
    os.chdir(tempfile.mkdtemp())
    run(path, 512)
    cleanrl, pytorch = importlib.metadata.version("cleanrl"), torch.__version__
    print(f"CleanRL {cleanrl} (PyTorch {pytorch}, Gym {gym.__version__})", flush=True)
    for line in sys.stdin:
        count, _, steps = line.split()
        print(run(path, int(count) * int(steps)), flush=True)


main()

"""The steps of steps.py on NVIDIA's graphics device."""

import steps

steps.main("cuda")

"""Arguments of CleanRL's scripts, read off their source.

pip download --no-deps --python-version 3.9 --only-binary=:all: cleanrl==1.2.0
unzip -q cleanrl-1.2.0-py3-none-any.whl
python3 arguments.py . > arguments.json
"""
import ast
import json
import sys
from pathlib import Path

FOLDER = Path(sys.argv[1])
# Scripts of each of the lab's agents.
SOURCES = {
    "ppo": ["ppo", "ppo_continuous_action"],
    "recurrent-ppo": ["ppo_atari_lstm"],
    "dqn": ["dqn", "c51"],
    "sac": ["sac_continuous_action"],
    "td3": ["td3_continuous_action"],
    "ddpg": ["ddpg_continuous_action"],
}


def arguments(script: str) -> list[str]:
    calls = [node for node in ast.walk(ast.parse((FOLDER / "cleanrl" / f"{script}.py").read_text())) if isinstance(node, ast.Call)]
    added = [call for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr == "add_argument"]
    return [call.args[0].value.lstrip("-").replace("-", "_") for call in added]


names = {agent: list(dict.fromkeys(a for script in scripts for a in arguments(script))) for agent, scripts in SOURCES.items()}
print(json.dumps(names, indent=1))

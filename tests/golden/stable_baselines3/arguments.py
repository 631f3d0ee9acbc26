"""Arguments of Stable-Baselines3's algorithms and of their policies, read off their source.

pip download --no-deps stable-baselines3==2.9.2 sb3-contrib==2.9.2
for wheel in *.whl; do unzip -q "$wheel"; done
python3 arguments.py . > arguments.json
"""
import ast
import json
import sys
from pathlib import Path

FOLDER = Path(sys.argv[1])
# Algorithm and policy of each of the lab's agents: file and class.
SOURCES = {
    "ppo": [("stable_baselines3/ppo/ppo.py", "PPO"), ("stable_baselines3/common/policies.py", "ActorCriticPolicy")],
    "a2c": [("stable_baselines3/a2c/a2c.py", "A2C"), ("stable_baselines3/common/policies.py", "ActorCriticPolicy")],
    "dqn": [
        ("stable_baselines3/dqn/dqn.py", "DQN"),
        ("stable_baselines3/dqn/policies.py", "DQNPolicy"),
        ("sb3_contrib/qrdqn/qrdqn.py", "QRDQN"),
        ("sb3_contrib/qrdqn/policies.py", "QRDQNPolicy"),
    ],
    "sac": [("stable_baselines3/sac/sac.py", "SAC"), ("stable_baselines3/sac/policies.py", "SACPolicy")],
    "td3": [("stable_baselines3/td3/td3.py", "TD3"), ("stable_baselines3/td3/policies.py", "TD3Policy")],
    "ddpg": [("stable_baselines3/ddpg/ddpg.py", "DDPG"), ("stable_baselines3/td3/policies.py", "TD3Policy")],
    "recurrent-ppo": [
        ("sb3_contrib/ppo_recurrent/ppo_recurrent.py", "RecurrentPPO"),
        ("sb3_contrib/common/recurrent/policies.py", "RecurrentActorCriticPolicy"),
    ],
}


def arguments(file: str, name: str) -> list[str]:
    for node in ast.parse((FOLDER / file).read_text()).body:
        if isinstance(node, ast.ClassDef) and node.name == name:
            for method in node.body:
                if isinstance(method, ast.FunctionDef) and method.name == "__init__":
                    return [argument.arg for argument in method.args.args[1:]]
    raise SystemExit(f"no {name} in {file}")


names = {agent: list(dict.fromkeys(a for s in sources for a in arguments(*s))) for agent, sources in SOURCES.items()}
print(json.dumps(names, indent=1))

/**
 * The registry of experiments: named, versioned definitions, which are plain data and bring no
 * agent and no TensorFlow.js.
 *
 * @module
 */
import type { ExperimentDefinition } from "../lab/experiment/definition.ts";
import type { ExperimentEntry } from "../lab/experiment/registries.ts";
import { actorCriticExperiments } from "./actor_critic.ts";
import { adversarialExperiments } from "./adversarial.ts";
import { applicationExperiments } from "./applications.ts";
import { autoencoderExperiments } from "./autoencoders.ts";
import { autoregressiveExperiments } from "./autoregressive.ts";
import {
  cartpoleA2c,
  cartpoleA3c,
  cartpoleDqn,
  cartpoleImpala,
  cartpoleImpalaOld,
  cartpoleImpalaUncorrected,
  cartpolePpo,
  cartpoleReinforce,
} from "./cartpole.ts";
import { continuousControlExperiments } from "./continuous_control.ts";
import { deepQExperiments } from "./deep_q.ts";
import {
  glyphsAutoencoder,
  glyphsClassifier,
  glyphsVae,
  glyphsVaeMixture,
  glyphsVaeQuick,
} from "./glyphs.ts";
import { energyExperiments } from "./energy.ts";
import { gridworldDqn } from "./gridworld.ts";
import { proximalPolicyExperiments } from "./proximal_policy.ts";
import {
  cartpoleNoVelRecurrentPpo,
  corridorReinforce,
  pendulumNoVelRecurrentPpo,
  repeatPreviousRecurrentPpo,
} from "./memory.ts";
import {
  cartpolePixelsDqn,
  cartpolePixelsPpo,
  gridworldPixelsDqn,
  gridworldPixelsPpo,
} from "./pixels.ts";
import {
  cartpoleA2cQuick,
  cartpoleDqnQuick,
  cartpolePpoQuick,
  cartpoleReinforceQuick,
} from "./quick_start_agents.ts";
import { glyphsVaeMixtureQuick, ringWganGpQuick } from "./quick_start_models.ts";
import { ownFilesExperiments } from "./own_files.ts";
import { flowExperiments } from "./flows.ts";
import { textExperiments } from "./texts.ts";
import { ringWganGp } from "./ring.ts";
import { tabularExperiments } from "./tabular.ts";
import { variationalExperiments } from "./variational.ts";

function entriesOf(file: string, definitions: readonly ExperimentDefinition[]): ExperimentEntry[] {
  return definitions.map((definition) => ({
    name: definition.name,
    summary: definition.summary ?? "",
    expectedSeconds: definition.expectedSeconds ?? 0,
    module: new URL(file, import.meta.url).href,
    load: () => Promise.resolve(definition),
  }));
}

/** Every named experiment of the lab. */
export const experiments: readonly ExperimentEntry[] = [
  ...entriesOf("./cartpole.ts", [
    cartpoleDqn,
    cartpoleReinforce,
    cartpoleA2c,
    cartpoleA3c,
    cartpoleImpala,
    cartpoleImpalaOld,
    cartpoleImpalaUncorrected,
    cartpolePpo,
  ]),
  ...entriesOf("./continuous_control.ts", continuousControlExperiments),
  ...entriesOf("./deep_q.ts", deepQExperiments),
  ...entriesOf("./proximal_policy.ts", proximalPolicyExperiments),
  ...entriesOf("./actor_critic.ts", actorCriticExperiments),
  ...entriesOf("./gridworld.ts", [gridworldDqn]),
  ...entriesOf("./memory.ts", [
    cartpoleNoVelRecurrentPpo,
    pendulumNoVelRecurrentPpo,
    repeatPreviousRecurrentPpo,
    corridorReinforce,
  ]),
  ...entriesOf("./pixels.ts", [
    gridworldPixelsDqn,
    gridworldPixelsPpo,
    cartpolePixelsDqn,
    cartpolePixelsPpo,
  ]),
  ...entriesOf("./glyphs.ts", [
    glyphsAutoencoder,
    glyphsVae,
    glyphsVaeQuick,
    glyphsVaeMixture,
    glyphsClassifier,
  ]),
  ...entriesOf("./applications.ts", applicationExperiments),
  ...entriesOf("./autoencoders.ts", autoencoderExperiments),
  ...entriesOf("./variational.ts", variationalExperiments),
  ...entriesOf("./autoregressive.ts", autoregressiveExperiments),
  ...entriesOf("./ring.ts", [ringWganGp]),
  ...entriesOf("./energy.ts", energyExperiments),
  ...entriesOf("./flows.ts", flowExperiments),
  ...entriesOf("./texts.ts", textExperiments),
  ...entriesOf("./own_files.ts", ownFilesExperiments),
  ...entriesOf("./adversarial.ts", adversarialExperiments),
  ...[
    ...entriesOf("./quick_start_agents.ts", [
      cartpoleDqnQuick,
      cartpoleReinforceQuick,
      cartpoleA2cQuick,
      cartpolePpoQuick,
    ]),
    ...entriesOf("./quick_start_models.ts", [glyphsVaeMixtureQuick, ringWganGpQuick]),
  ].map((entry) => ({ ...entry, inQuickStart: true })),
  ...entriesOf("./tabular.ts", tabularExperiments),
];

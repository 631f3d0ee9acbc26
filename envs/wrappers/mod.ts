/**
 * Wrappers: functions from an environment to another one. Gymnasium's names and meaning.
 *
 * @module
 */
export { clipAction } from "./clip_action.ts";
export { clipReward } from "./clip_reward.ts";
export { flattenObservation } from "./flatten_observation.ts";
export { frameStack } from "./frame_stack.ts";
export { hideVelocity } from "./hide_velocity.ts";
export { normalizeObservation } from "./normalize_observation.ts";
export { normalizeReward } from "./normalize_reward.ts";
export { passiveEnvChecker } from "./passive_env_checker.ts";
export { type FrameOptions, type PixelOptions, pixels } from "./pixels.ts";
export { potentialShaping } from "./potential_shaping.ts";
export { recordEpisode } from "./record_episode.ts";
export { type EpisodeStatistics, recordEpisodeStatistics } from "./record_episode_statistics.ts";
export { renderObservation } from "./render_observation.ts";
export { rescaleAction } from "./rescale_action.ts";
export { stickyAction } from "./sticky_action.ts";
export { timeAwareObservation } from "./time_aware_observation.ts";
export { timeLimit } from "./time_limit.ts";
export { transformAction } from "./transform_action.ts";
export { transformObservation } from "./transform_observation.ts";
export { transformReward } from "./transform_reward.ts";

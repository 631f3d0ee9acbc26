/**
 * Blackjack-v1: beat the dealer without going over 21.
 *
 * A port of Gymnasium 1.4's toy text environment, equal to it in every draw. The game is example
 * 5.1 of Sutton and Barto (2018).
 *
 * ## Description
 * Dealer and player get two cards each, one of the dealer's face down, from an infinite deck. The
 * player takes cards (hits) until they stop (stick) or exceed 21 (bust, lost at once). Then the
 * dealer draws up to a sum of at least 17. Face cards count 10, an ace 11 (usable) where that does
 * not exceed 21, else 1. The sum closer to 21 wins.
 *
 * ## Action space
 * `Discrete(2)`: 0 stick, 1 hit.
 *
 * ## Observation space
 * `Tuple(Discrete(32), Discrete(11), Discrete(2))`: the player's sum, the dealer's open card (1 …
 * 10, an ace is 1), whether the player holds a usable ace.
 *
 * ## Rewards
 * 1 for a game won, −1 for one lost, 0 for a draw; with `natural` 1.5 for one won with an ace and
 * a ten dealt.
 *
 * ## Starting state
 * Two cards each.
 *
 * ## End of episode
 * Terminated when the player busts or sticks. Never truncated.
 *
 * ## Arguments
 * - `sab` (default true): the book's rules; an ace and a ten dealt to the player win against all
 *   but the dealer's own. `natural` is ignored.
 * - `natural` (false): a win with an ace and a ten dealt counts 1.5.
 *
 * ## Version history
 * - v1: naturals as above.
 * - v0 is not part of this lab.
 *
 * @module
 */
import * as z from "zod";
import { defineEnvironment } from "../lab/core/define_environment.ts";
import type { EnvironmentDefinition } from "../lab/core/environment.ts";
import type { Generator } from "../lab/core/random.ts";
import type { Scene, Shape } from "../lab/core/scene.ts";
import { Discrete, Tuple } from "../lab/core/space.ts";
import { colors } from "./colors.ts";

/** Options of Blackjack-v1. */
interface BlackjackOptions {
  /** The book's rules. */
  readonly sab: boolean;
  /** A win with an ace and a ten dealt counts 1.5. */
  readonly natural: boolean;
}

/** Checks the options of Blackjack-v1 and fills in the defaults. */
export const blackjackConfiguration: z.ZodType<BlackjackOptions> = z.strictObject({
  sab: z.boolean().default(true).describe(
    "the book's rules: an ace and a ten dealt win against all but the dealer's own",
  ),
  natural: z.boolean().default(false).describe(
    "a win with an ace and a ten dealt counts 1.5; ignored with sab",
  ),
});

/** The two hands as values of cards, an ace as 1, and whether the dealer's is open. */
interface BlackjackState {
  /** The open card, the covered one, then those drawn. */
  readonly dealer: readonly number[];
  /** In the order of dealing. */
  readonly player: readonly number[];
  /** Whether the game is over. */
  readonly over: boolean;
}

function drawCard(random: Generator): number {
  return Math.min(10, random.integers(13) + 1);
}

/** The sum of a hand and whether an ace in it counts 11. */
function count(hand: readonly number[]): { sum: number; usableAce: boolean } {
  const sum = hand.reduce((total, card) => total + card, 0);
  const usableAce = hand.includes(1) && sum + 10 <= 21;
  return { sum: usableAce ? sum + 10 : sum, usableAce };
}

/** The sum of a hand, 0 for one over 21. */
function score(hand: readonly number[]): number {
  const { sum } = count(hand);
  return sum > 21 ? 0 : sum;
}

function isNatural(hand: readonly number[]): boolean {
  return hand.length === 2 && hand.includes(1) && hand.includes(10);
}

/** What the player wins who sticks with `player` against the dealer's last hand. */
function payment(
  player: readonly number[],
  dealer: readonly number[],
  { sab, natural }: BlackjackOptions,
): number {
  const reward = Math.sign(score(player) - score(dealer));
  if (!isNatural(player)) return reward;
  if (sab) return isNatural(dealer) ? reward : 1;
  return natural && reward === 1 ? 1.5 : reward;
}

/** Blackjack-v1 with its options. */
export function blackjack(
  options: BlackjackOptions,
): EnvironmentDefinition<BlackjackState, unknown[], number> {
  return defineEnvironment({
    id: "Blackjack-v1",
    summary: "Beat the dealer without going over 21",
    observationSpace: new Tuple([new Discrete(32), new Discrete(11), new Discrete(2)]),
    actionSpace: new Discrete(2),
    reset(random): BlackjackState {
      const dealer = [drawCard(random), drawCard(random)];
      const player = [drawCard(random), drawCard(random)];
      // Gymnasium draws the open card's suit and, for a ten, its face, only to picture them.
      random.integers(4);
      if (dealer[0] === 10) random.integers(3);
      return { dealer, player, over: false };
    },
    step(before: BlackjackState, action: number, random) {
      if (action === 1) {
        const player = [...before.player, drawCard(random)];
        const bust = score(player) === 0;
        const state = { dealer: before.dealer, player, over: bust };
        return { state, reward: bust ? -1 : 0, terminated: bust };
      }
      const { player } = before;
      const dealer = [...before.dealer];
      while (count(dealer).sum < 17) dealer.push(drawCard(random));
      return {
        state: { dealer, player, over: true },
        reward: payment(player, dealer, options),
        terminated: true,
      };
    },
    observe({ dealer, player }) {
      const { sum, usableAce } = count(player);
      return [sum, dealer[0], usableAce ? 1 : 0];
    },
    scene: draw,
  });
}

function draw({ dealer, player, over }: BlackjackState): Scene {
  const card = (i: number, y: number, value: number, covered: boolean): Shape[] => {
    const x = 0.2 + 0.9 * i;
    const fill = covered ? colors.joint : colors.mark;
    const points = [[x, y], [x + 0.7, y], [x + 0.7, y + 1], [x, y + 1]] as const;
    const text = covered ? "?" : value === 1 ? "A" : `${value}`;
    return [
      { kind: "polygon", points, fill },
      { kind: "text", at: [x + 0.35, y + 0.5], text, size: 0.5, color: colors.body },
    ];
  };
  const width = 0.2 + 0.9 * Math.max(4, dealer.length, player.length);
  const sum = (hand: readonly number[]) => `${count(hand).sum}`;
  const label = (y: number, text: string): Shape => ({
    kind: "text",
    at: [width / 2, y],
    text,
    size: 0.25,
    color: colors.body,
  });
  return {
    view: [0, 0, width, 3.2],
    background: "#9cc29a",
    shapes: [
      { kind: "line", points: [[0, 1.6], [width, 1.6]], color: colors.goal, width: 0.03 },
      ...dealer.flatMap((value, i) => card(i, 1.75, value, i === 1 && !over)),
      ...player.flatMap((value, i) => card(i, 0.2, value, false)),
      label(2.95, `dealer ${over ? sum(dealer) : ""}`),
      label(1.4, `player ${sum(player)}`),
    ],
  };
}

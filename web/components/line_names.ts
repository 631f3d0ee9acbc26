/** Where names stand beside their lines. @module */

/**
 * Places as near to the wanted ones as they can be, at least `gap` from each other, within bounds
 * where there is room: neighbours that would overlap are moved apart around their common middle.
 */
export function spread(
  wanted: readonly number[],
  gap: number,
  low: number,
  high: number,
): number[] {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a] - wanted[b]);
  /** Runs of neighbours that touch: their wanted first places' sum, and who they are. */
  const blocks: { sum: number; members: number[] }[] = [];
  const start = ({ sum, members }: typeof blocks[number]) => {
    const most = high - gap * (members.length - 1);
    return Math.max(low, Math.min(most, sum / members.length));
  };
  for (const index of order) {
    let block = { sum: wanted[index], members: [index] };
    for (let last = blocks.at(-1); last !== undefined; last = blocks.at(-1)) {
      if (start(last) + gap * last.members.length <= start(block)) break;
      blocks.pop();
      const { length } = last.members;
      block = {
        sum: last.sum + block.sum - gap * length * block.members.length,
        members: [...last.members, ...block.members],
      };
    }
    blocks.push(block);
  }
  const places = new Array<number>(wanted.length);
  for (const block of blocks) {
    block.members.forEach((index, i) => places[index] = start(block) + gap * i);
  }
  return places;
}

/**
 * Short names of groups for where there is little room.
 *
 * @module
 */

/**
 * Names by what tells them apart: words that all of them have are left out, and of settings that all
 * have the name: `cartpole-ppo (learningRate=0.01)` beside `cartpole-a2c (learningRate=0.01)` is
 * `ppo 0.01`.
 */
export function shortNames(labels: readonly string[]): string[] {
  if (labels.length < 2) return [...labels];
  const words = labels.map((label) =>
    label.split(/[\s(),]+|-(?=[a-z])/i).filter((word) => word !== "")
  );
  const common = (test: (word: string) => (own: readonly string[]) => boolean) => (word: string) =>
    words.every(test(word));
  const isCommon = common((word) => (own) => own.includes(word));
  const keyOf = (word: string) => word.includes("=") ? word.slice(0, word.indexOf("=") + 1) : "";
  const isCommonKey = common((word) => (own) =>
    keyOf(word) !== "" && own.some((each) => keyOf(each) === keyOf(word))
  );
  const short = words.map((own) =>
    own.filter((word) => !isCommon(word))
      .map((word) => isCommonKey(word) ? word.slice(keyOf(word).length) : word)
      .join(" ")
  );
  const isTold = new Set(short).size === labels.length && !short.includes("");
  return isTold ? short : [...labels];
}

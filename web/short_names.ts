/**
 * Short names of groups for where there is little room.
 *
 * @module
 */

/** Ways to cut a name to so many letters: from its end, from its middle, from its beginning. */
const cuts: readonly ((name: string, letters: number) => string)[] = [
  (name, letters) => `${name.slice(0, letters - 1)}…`,
  (name, letters) => {
    const end = Math.floor((letters - 1) / 2);
    return `${name.slice(0, letters - 1 - end)}…${name.slice(name.length - end)}`;
  },
  (name, letters) => `…${name.slice(name.length - letters + 1)}`,
];

/**
 * Names of so many letters at most: longer ones are cut from the end, or where two would be the same by
 * that, from the middle, or from the beginning; where nothing else tells them apart, from there to where
 * they begin to differ.
 *
 * @param letters At least 3.
 */
export function cutNames(names: readonly string[], letters: number): string[] {
  const kinds = new Set(names).size;
  const long = names.filter((name) => name.length > letters);
  const cutBy = (cut: (name: string, letters: number) => string) =>
    names.map((name) => name.length > letters ? cut(name, letters) : name);
  const tells = (cut: readonly string[]) => new Set(cut).size === kinds;
  const found = cuts.map(cutBy).find(tells);
  if (found !== undefined) return found;
  let same = 0;
  while (long.every((name) => same < name.length && name[same] === long[0][same])) same++;
  return cutBy((name) => {
    const rest = `…${name.slice(same)}`;
    return rest.length > letters ? cuts[0](rest, letters) : rest;
  });
}

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
  const tells = (names: readonly string[]) =>
    new Set(names).size === labels.length && !names.includes("");
  // A number alone is no name: its setting stays.
  const named = short.every((name) => name !== "" && Number.isFinite(Number(name)))
    ? words.map((own) => own.filter((word) => !isCommon(word)).join(" "))
    : short;
  return tells(named) ? named : [...labels];
}

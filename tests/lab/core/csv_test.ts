/** Tables as RFC 4180 has them, and as they are met with; expected values from its text and Python's csv. */
import { deepStrictEqual, throws } from "node:assert";
import { csvRecords } from "../../../lab/core/csv.ts";

const records = (text: string) => [...csvRecords(text, "read t.csv")];
const cells = (text: string) => records(text).map(({ cells }) => cells);

Deno.test("a cell in quotes holds commas, line ends and doubled quotes", () => {
  deepStrictEqual(cells('aaa,"b,bb",ccc\r\n'), [["aaa", "b,bb", "ccc"]]);
  deepStrictEqual(cells('"aaa","b\r\nbb","ccc"\r\nzzz,yyy,xxx'), [
    ["aaa", "b\r\nbb", "ccc"],
    ["zzz", "yyy", "xxx"],
  ]);
  deepStrictEqual(cells('"aaa","b""bb",""""\n'), [["aaa", 'b"bb', '"']]);
});

Deno.test("empty cells are cells, empty lines no records, and lines end as on any system", () => {
  deepStrictEqual(cells("a,,\n,b,\n"), [["a", "", ""], ["", "b", ""]]);
  deepStrictEqual(cells('a,""\n""\n'), [["a", ""], [""]]);
  deepStrictEqual(cells("\ufeffa,b\r\n\r\n1,2\r  \r3,4\n"), [["a", "b"], ["1", "2"], ["3", "4"]]);
  deepStrictEqual(cells(""), []);
  deepStrictEqual(records('\n"a\nb",c\n\nd,e').map(({ line }) => line), [2, 5]);
});

Deno.test("spaces may stand around quotes, quotes within a cell without any", () => {
  deepStrictEqual(cells(' a , "b, c" ,5" pipe\n'), [["a", "b, c", '5" pipe']]);
});

Deno.test("quotes that do not fit are refused with their line", () => {
  for (const wrong of ['a\n"b', 'a\n"b"c\n', 'a\n"b" "c"\n', 'a\n"b""\n']) {
    throws(() => records(wrong), {
      name: "InputError",
      message: /^Cannot read t\.csv .*: line 2$/,
    });
  }
});

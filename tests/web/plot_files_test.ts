import { strictEqual } from "node:assert";
import { csvOf, fileNameOf } from "../../web/plot_files.ts";

Deno.test("a chart's points are rows, names quoted where they must be, bands beside them", () => {
  const lines = [
    { label: 'a, "b"', color: 0, x: [1, 2], y: [0.5, "NaN"] },
    { label: "mean", color: 1, x: [1], y: [3], low: [2], high: [4] },
  ];
  strictEqual(
    csvOf(lines, "environment steps"),
    'line,environment steps,value,low,high\n"a, ""b""",1,0.5,,\n"a, ""b""",2,NaN,,\nmean,1,3,2,4\n',
  );
  strictEqual(
    fileNameOf("evaluation return mean of each group!", "csv"),
    "evaluation-return-mean-of-each-group.csv",
  );
  strictEqual(fileNameOf("…", "png"), "chart.png");
});

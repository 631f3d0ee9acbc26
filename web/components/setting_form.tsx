/** The form of what is to be trained. @module */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { settingText } from "../../lab/core/shell.ts";
import { figure } from "../format.ts";
import { type FieldGroup, fieldOf, type FormField, groupsOf, isChanged } from "../training/form.ts";
import type { Description } from "../training/protocol.ts";
import { type Setting, withField } from "../training/setting.ts";

/** What the form is told. */
export interface SettingFormProps {
  readonly setting: Setting;
  readonly description: Description;
  /** Why it cannot be trained, in a line. */
  readonly problem: string;
  readonly choose: (setting: Setting) => void;
}

/** The fields, in groups that fold; a wrong value has its line below it. */
export function SettingForm({ setting, description, problem, choose }: SettingFormProps): VNode {
  const at = fieldOf(problem, Object.keys(setting.set));
  const differs = (field: FormField) =>
    isChanged(field, problem === "" ? undefined : setting.set[field.path]);
  const row = (field: FormField) => (
    <Field
      key={field.path}
      field={field}
      differs={differs(field)}
      typed={setting.set[field.path]}
      problem={at === field.path ? problem : ""}
      set={(text) => choose(withField(setting, field.path, text))}
    />
  );
  const [front, ...groups] = groupsOf(description.fields);
  return (
    <div class="fields">
      <div class="grid">{front.fields.map(row)}</div>
      {groups.map((group) => <Group key={group.name} {...{ group, at, row, differs }} />)}
    </div>
  );
}

function Group(
  { group: { name, fields }, at, row, differs }: {
    group: FieldGroup;
    at: string | undefined;
    row: (field: FormField) => VNode;
    differs: (field: FormField) => boolean;
  },
): VNode {
  const [part] = fields.filter(({ path }) => /\.(id|name)$/.test(path));
  const changed = fields.filter(differs);
  // It stays open under the hand that has mended a field.
  const isOpen = useSignal(false);
  return (
    <details
      class="group"
      open={isOpen.value || fields.some(({ path }) => path === at)}
      onToggle={({ currentTarget }) => isOpen.value = currentTarget.open}
    >
      <summary>
        <b>{name}</b> {part !== undefined && settingText(part.value)}{" "}
        <small>
          {fields.length} {fields.length === 1 ? "field" : "fields"}
          {changed.length > 0 && `, ${changed.length} changed`}
        </small>
      </summary>
      <div class="grid">{fields.map(row)}</div>
    </details>
  );
}

/** A field with what it is about; a wrong value has its line below it. */
export function Field(
  { field, differs, typed, problem, set }: {
    field: FormField;
    /** Whether it is not as the base has it. */
    differs: boolean;
    /** What was typed; undefined: nothing. */
    typed: string | undefined;
    problem: string;
    set: (text: string | undefined) => void;
  },
): VNode {
  const { path, value, usual, description, range, unit, choices } = field;
  const id = `field-${path}`;
  const text = typed ?? settingText(value);
  const back = usual === undefined ? undefined : settingText(usual);
  const change = (next: string) =>
    set(next.trim() === "" || next === back ? undefined : next.trim());
  const common = {
    id,
    class: "key",
    "aria-describedby": `${id}-about`,
    "aria-invalid": problem !== "",
  };
  return (
    <div class={differs ? "field changed" : "field"}>
      <label for={id}>{path.slice(path.indexOf(".") + 1)}</label>
      {choices.length > 0 && choices.length <= 200
        ? (
          <select
            {...common}
            value={text}
            onChange={({ currentTarget }) => change(currentTarget.value)}
          >
            {[...new Set([...choices, text])].map((each) => (
              <option key={each} value={each} selected={each === text}>{each}</option>
            ))}
          </select>
        )
        : (
          <input
            {...common}
            type="text"
            value={text}
            autocomplete="off"
            spellcheck={false}
            onChange={({ currentTarget }) => change(currentTarget.value)}
          />
        )}
      <small id={`${id}-about`}>
        {problem !== "" && <span class="problem" role="alert">{problem}</span>}
        {[unit, range, description].filter((each) => each !== undefined && each !== "").join(" · ")}
        {differs && back !== undefined && (
          <>
            {" "}
            <button type="button" class="quiet" onClick={() => set(undefined)}>
              back to {typeof usual === "number" ? figure(usual) : back}
            </button>
          </>
        )}
      </small>
    </div>
  );
}

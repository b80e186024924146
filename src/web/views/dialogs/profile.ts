/**
 * @module web/views/dialogs/profile
 * What others see of oneself.
 */
import type { UserProfile } from "../../../client/index.ts";
import { field, form } from "../../dom/form.ts";
import { h } from "../../dom/h.ts";
import type { ChatPorts } from "../chat/ports.ts";
import { descriptionField, pictureField } from "./appearance.ts";

/** @param done called when the profile is changed. */
export function profileForm(
  { account, note }: ChatPorts,
  profile: UserProfile,
  done: () => void,
): HTMLElement {
  return form(
    {
      submit: "Save",
      action: async ({ nickname = "", avatar = "", description = "", sex = "0" }) => {
        await account.updateProfile({
          nickname: nickname.trim(),
          avatar: avatar.trim(),
          description: description.trim(),
          sex: Number(sex),
        });
        done();
        note("Your profile is saved.");
      },
    },
    field("Name", {
      ...{ required: false, autocomplete: "off", name: "nickname" },
      value: profile.nickname,
      maxLength: 50,
    }),
    descriptionField("About you", profile.description),
    pictureField(profile.avatar),
    h(
      "fieldset",
      { className: "field" },
      h("legend", { className: "label" }, "Sex"),
      radio("Male", 0, profile.sex),
      radio("Female", 1, profile.sex),
    ),
  );
}

const radio = (label: string, value: number, chosen: number): HTMLElement =>
  h(
    "label",
    { className: "radio" },
    h("input", { type: "radio", name: "sex", value: String(value), checked: value === chosen }),
    label,
  );

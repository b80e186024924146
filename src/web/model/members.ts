/**
 * @module web/model/members
 * What became of a group, in words: messages of kind `members`.
 */
import type { ChatMessage } from "../../client/index.ts";

/** @param nameOf what to call a user. */
export function membersWords({ sender, data }: ChatMessage, nameOf: (uuid: string) => string): string {
  const fields: Readonly<Record<string, unknown>> =
    typeof data === "object" && data !== null ? { ...data } : {};
  const who = nameOf(sender);
  // Who makes a group is the first to be in it.
  const isNew = idsOf(fields.added).includes(sender);
  const names = (field: string) =>
    idsOf(fields[field])
      .filter((uuid) => uuid !== sender || field === "left")
      .map(nameOf)
      .join(", ");
  if (isNew && typeof fields.name === "string")
    return `${who} made the group “${fields.name}”${names("added") && ` with ${names("added")}`}`;
  const parts = [
    names("added") && `added ${names("added")}`,
    names("removed") && `removed ${names("removed")}`,
    names("left") && "left the group",
    typeof fields.name === "string" && `named the group “${fields.name}”`,
    typeof fields.avatar === "string" && "changed the picture",
    typeof fields.description === "string" && "changed the description",
    Array.isArray(fields.roles) && fields.roles.length > 0 && "changed what members may do",
  ].filter((part) => typeof part === "string" && part !== "");
  return parts.length === 0 ? `${who} changed the group` : `${who} ${parts.join(", ")}`;
}

function idsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

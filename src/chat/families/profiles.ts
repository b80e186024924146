/**
 * @module chat/families/profiles
 * One's own profile.
 */
import type { ProfilePatch, Sex } from "../../domain/entities.ts";
import { AppError } from "../../domain/error.ts";
import type { Courier } from "../../services/delivery/courier.ts";
import type { Friends } from "../../services/people/friends.ts";
import type { Request } from "../../wire/messages.ts";
import { inTurn, type Rows, requireLogin } from "./family.ts";

export interface ProfileServices {
  readonly friends: Pick<Friends, "updateProfile">;
  readonly courier: Pick<Courier, "post">;
}

export function profileFamily({ friends, courier }: ProfileServices): Rows<"PROFILEUPDATE"> {
  return {
    PROFILEUPDATE: inTurn("profile", async (session, body) => {
      const { bound } = requireLogin(session);
      const events = await friends.updateProfile(bound.user, patchOf(body), bound.session);
      session.send("PROFILEUPDATERESPONSE", { error: 0 });
      courier.post(events);
    }),
  };
}

/** @throws AppError INVALID_FIELD for one that changes nothing */
function patchOf({ nickname, avator, description, sex }: Request<"PROFILEUPDATE">): ProfilePatch {
  const patch: ProfilePatch = {
    ...(nickname !== undefined && { nickname }),
    ...(avator !== undefined && { avatar: avator }),
    ...(description !== undefined && { description }),
    ...(sex !== undefined && { sex: sex as Sex }),
  };
  if (Object.keys(patch).length === 0) throw new AppError("INVALID_FIELD", { field: "nickname" });
  return patch;
}

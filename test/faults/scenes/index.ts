/**
 * @module faults/scenes
 * All scenes.
 */
import { ABSENCES } from "./absences.ts";
import { BLOCKS } from "./blocks.ts";
import { CHANGES } from "./changes.ts";
import { EVICTIONS, RESETS, REVOKES } from "./endings.ts";
import { FIRST_TEXTS } from "./friendships.ts";
import { GROUPS } from "./groups.ts";
import { MOVES } from "./moves.ts";
import { ORIGINALS } from "./originals.ts";
import { PAGES } from "./pages.ts";
import type { Scene } from "./scene.ts";
import { WHISPERS } from "./whispers.ts";

export const SCENES: readonly Scene[] = [
  FIRST_TEXTS,
  BLOCKS,
  MOVES,
  REVOKES,
  RESETS,
  EVICTIONS,
  PAGES,
  ORIGINALS,
  ABSENCES,
  WHISPERS,
  GROUPS,
  CHANGES,
];

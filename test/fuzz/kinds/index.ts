/**
 * @module fuzz/kinds
 * Every kind of input for a live server, by its name.
 */
import type { Kind } from "../tally.ts";
import { bodies } from "./bodies.ts";
import { streams } from "./frames.ts";
import { grpc } from "./grpc.ts";
import { http } from "./http.ts";
import { websocket } from "./websocket.ts";

export const kinds: Readonly<Record<string, Kind>> = { frames: streams, bodies, http, websocket, grpc };

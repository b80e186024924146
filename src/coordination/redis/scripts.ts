/**
 * @module coordination/redis/scripts
 * The atomic steps. ioredis sends EVALSHA and, where the server does not know the script (a restart, a
 * failover, SCRIPT FLUSH), the text. Each touches one slot: its key, or keys made from it.
 */
import codeCheck from "./lua/code_check.lua" with { type: "text" };
import codeReserve from "./lua/code_reserve.lua" with { type: "text" };
import codeSpend from "./lua/code_spend.lua" with { type: "text" };
import devicesRead from "./lua/devices_read.lua" with { type: "text" };
import devicesSwap from "./lua/devices_swap.lua" with { type: "text" };
import incarnationKnown from "./lua/incarnation_known.lua" with { type: "text" };
import indexForget from "./lua/index_forget.lua" with { type: "text" };
import indexRefresh from "./lua/index_refresh.lua" with { type: "text" };
import indexTouch from "./lua/index_touch.lua" with { type: "text" };
import interestAdd from "./lua/interest_add.lua" with { type: "text" };
import limitTake from "./lua/limit_take.lua" with { type: "text" };
import nodeAllocate from "./lua/node_allocate.lua" with { type: "text" };
import nodeDeregister from "./lua/node_deregister.lua" with { type: "text" };
import nodeList from "./lua/node_list.lua" with { type: "text" };
import nodeRedeem from "./lua/node_redeem.lua" with { type: "text" };
import nodeRegister from "./lua/node_register.lua" with { type: "text" };
import nodeRenew from "./lua/node_renew.lua" with { type: "text" };
import nodeRevoke from "./lua/node_revoke.lua" with { type: "text" };
import prelude from "./lua/prelude.lua" with { type: "text" };
import routesRefresh from "./lua/routes_refresh.lua" with { type: "text" };

/** Every script takes one key. */
const script = (lua: string) => ({ lua: `${prelude}\n${lua}`, numberOfKeys: 1 });

/** By the name of the command that ioredis makes of it. */
export const scripts = {
  codeCheck: script(codeCheck),
  codeReserve: script(codeReserve),
  codeSpend: script(codeSpend),
  devicesRead: script(devicesRead),
  devicesSwap: script(devicesSwap),
  indexForget: script(indexForget),
  indexRefresh: script(indexRefresh),
  incarnationKnown: script(incarnationKnown),
  indexTouch: script(indexTouch),
  interestAdd: script(interestAdd),
  limitTake: script(limitTake),
  nodeAllocate: script(nodeAllocate),
  nodeDeregister: script(nodeDeregister),
  nodeList: script(nodeList),
  nodeRedeem: script(nodeRedeem),
  nodeRevoke: script(nodeRevoke),
  nodeRegister: script(nodeRegister),
  nodeRenew: script(nodeRenew),
  routesRefresh: script(routesRefresh),
} as const;

export type ScriptName = keyof typeof scripts;

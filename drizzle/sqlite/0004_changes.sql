CREATE TABLE `MessageEdit` (
	`conversation_id` integer NOT NULL,
	`of_seq` integer NOT NULL,
	`seq` integer NOT NULL,
	PRIMARY KEY(`conversation_id`, `of_seq`, `seq`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `MessageReaction` (
	`conversation_id` integer NOT NULL,
	`of_seq` integer NOT NULL,
	`emoji` text NOT NULL,
	`uuid` integer NOT NULL,
	`seq` integer NOT NULL,
	PRIMARY KEY(`conversation_id`, `of_seq`, `emoji`, `uuid`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `MessageState` (
	`conversation_id` integer NOT NULL,
	`seq` integer NOT NULL,
	`edited_seq` integer,
	`recalled_seq` integer,
	`reacted` integer DEFAULT 0 NOT NULL,
	PRIMARY KEY(`conversation_id`, `seq`)
) WITHOUT ROWID;

CREATE TABLE `AccountName` (
	`uuid` integer NOT NULL,
	`skeleton` text COLLATE RTRIM NOT NULL,
	PRIMARY KEY(`uuid`, `skeleton`),
	FOREIGN KEY (`uuid`) REFERENCES `Authentication`(`uuid`) ON UPDATE no action ON DELETE cascade
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `AccountName_skeleton` ON `AccountName` (`skeleton`);--> statement-breakpoint
CREATE TABLE `AccountState` (
	`uuid` integer PRIMARY KEY NOT NULL,
	`version` integer DEFAULT 0 NOT NULL,
	FOREIGN KEY (`uuid`) REFERENCES `Authentication`(`uuid`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `DeviceCursor` (
	`uuid` integer NOT NULL,
	`device` text COLLATE RTRIM NOT NULL,
	`conversation_id` integer NOT NULL,
	`delivered_seq` integer DEFAULT 0 NOT NULL,
	PRIMARY KEY(`uuid`, `device`, `conversation_id`),
	FOREIGN KEY (`uuid`) REFERENCES `Authentication`(`uuid`) ON UPDATE no action ON DELETE cascade
) WITHOUT ROWID;
--> statement-breakpoint
ALTER TABLE `ConversationMember` ADD `moved_at` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `ConversationMember_moved_at` ON `ConversationMember` (`moved_at`);--> statement-breakpoint
ALTER TABLE `Conversation` ADD `grown_at` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `Conversation_grown_at` ON `Conversation` (`grown_at`);
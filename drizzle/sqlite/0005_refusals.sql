CREATE TABLE `Refusal` (
	`conversation_id` integer NOT NULL,
	`sender` integer NOT NULL,
	`client_id` text COLLATE RTRIM NOT NULL,
	`reason` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`conversation_id`, `sender`, `client_id`)
) WITHOUT ROWID;
--> statement-breakpoint
ALTER TABLE `Conversation` ADD `refused_at` integer DEFAULT 0 NOT NULL;
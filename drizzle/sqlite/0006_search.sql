CREATE TABLE `SearchDocument` (
	`id` integer PRIMARY KEY NOT NULL,
	`conversation_id` integer NOT NULL,
	`seq` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `SearchDocument_message` ON `SearchDocument` (`conversation_id`,`seq`);--> statement-breakpoint
CREATE TABLE `SearchPosition` (
	`conversation_id` integer PRIMARY KEY NOT NULL,
	`indexed_seq` integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE `SearchState` (
	`id` integer PRIMARY KEY NOT NULL,
	`grown_at` integer NOT NULL
);--> statement-breakpoint
CREATE VIRTUAL TABLE `SearchText` USING fts5(`words`, content='', contentless_delete=1, tokenize='ascii', prefix='3');--> statement-breakpoint
INSERT INTO `SearchState` (`id`, `grown_at`) VALUES (1, 0);

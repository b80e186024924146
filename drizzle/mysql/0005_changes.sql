CREATE TABLE `MessageEdit` (
	`conversation_id` bigint NOT NULL,
	`of_seq` int unsigned NOT NULL,
	`seq` int unsigned NOT NULL,
	CONSTRAINT `MessageEdit_conversation_id_of_seq_seq_pk` PRIMARY KEY(`conversation_id`,`of_seq`,`seq`)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;
--> statement-breakpoint
CREATE TABLE `MessageReaction` (
	`conversation_id` bigint NOT NULL,
	`of_seq` int unsigned NOT NULL,
	`emoji` varchar(64) COLLATE utf8mb4_bin NOT NULL,
	`uuid` int NOT NULL,
	`seq` int unsigned NOT NULL,
	CONSTRAINT `MessageReaction_conversation_id_of_seq_emoji_uuid_pk` PRIMARY KEY(`conversation_id`,`of_seq`,`emoji`,`uuid`)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;
--> statement-breakpoint
CREATE TABLE `MessageState` (
	`conversation_id` bigint NOT NULL,
	`seq` int unsigned NOT NULL,
	`edited_seq` int unsigned,
	`recalled_seq` int unsigned,
	`reacted` bool NOT NULL DEFAULT 0,
	CONSTRAINT `MessageState_conversation_id_seq_pk` PRIMARY KEY(`conversation_id`,`seq`)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

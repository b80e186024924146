CREATE TABLE `SearchPosition` (
	`conversation_id` bigint NOT NULL,
	`indexed_seq` int unsigned NOT NULL DEFAULT 0,
	CONSTRAINT `SearchPosition_conversation_id` PRIMARY KEY(`conversation_id`)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;
--> statement-breakpoint
CREATE TABLE `SearchState` (
	`id` int NOT NULL,
	`grown_at` bigint NOT NULL,
	CONSTRAINT `SearchState_id` PRIMARY KEY(`id`)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;
--> statement-breakpoint
CREATE TABLE `SearchTerm` (
	`conversation_id` bigint NOT NULL,
	`term` varchar(64) COLLATE utf8mb4_bin NOT NULL,
	`seq` int unsigned NOT NULL,
	`at` bigint NOT NULL,
	CONSTRAINT `SearchTerm_conversation_id_term_seq_pk` PRIMARY KEY(`conversation_id`,`term`,`seq`)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;
--> statement-breakpoint
CREATE INDEX `SearchTerm_message` ON `SearchTerm` (`conversation_id`,`seq`);--> statement-breakpoint
INSERT IGNORE INTO `SearchState` (`id`, `grown_at`) VALUES (1, 0);

CREATE TABLE `SearchDocument` (
	`conversation_id` bigint NOT NULL,
	`seq` int unsigned NOT NULL,
	`at` bigint NOT NULL,
	`words` mediumtext CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	CONSTRAINT `SearchDocument_conversation_id_seq_pk` PRIMARY KEY(`conversation_id`,`seq`),
	FULLTEXT KEY `SearchDocument_words` (`words`)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;
--> statement-breakpoint
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
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;--> statement-breakpoint
INSERT IGNORE INTO `SearchState` (`id`, `grown_at`) VALUES (1, 0);

CREATE TABLE `Refusal` (
	`conversation_id` bigint NOT NULL,
	`sender` int NOT NULL,
	`client_id` varchar(64) COLLATE utf8mb4_bin NOT NULL,
	`reason` varchar(16) NOT NULL,
	`at` timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
	CONSTRAINT `Refusal_conversation_id_sender_client_id_pk` PRIMARY KEY(`conversation_id`,`sender`,`client_id`)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;
--> statement-breakpoint
ALTER TABLE `Conversation` ADD `refused_at` timestamp(3) NULL DEFAULT NULL;
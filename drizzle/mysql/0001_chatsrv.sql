CREATE TABLE `Block` (
	`uuid` int NOT NULL,
	`blocked_uuid` int NOT NULL,
	CONSTRAINT `Block_uuid_blocked_uuid_pk` PRIMARY KEY(`uuid`,`blocked_uuid`)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;
--> statement-breakpoint
CREATE TABLE `ConversationMember` (
	`conversation_id` bigint NOT NULL,
	`uuid` int NOT NULL,
	`delivered_seq` int unsigned NOT NULL DEFAULT 0,
	`read_seq` int unsigned NOT NULL DEFAULT 0,
	`delivered_at` bigint,
	`read_at` bigint,
	CONSTRAINT `ConversationMember_conversation_id_uuid_pk` PRIMARY KEY(`conversation_id`,`uuid`)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;
--> statement-breakpoint
CREATE TABLE `Conversation` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`kind` varchar(16) NOT NULL DEFAULT 'direct',
	`lo` int,
	`hi` int,
	`last_seq` int unsigned NOT NULL DEFAULT 0,
	CONSTRAINT `Conversation_id` PRIMARY KEY(`id`),
	CONSTRAINT `Conversation_lo_hi` UNIQUE(`lo`,`hi`)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;
--> statement-breakpoint
CREATE TABLE `Message` (
	`conversation_id` bigint NOT NULL,
	`seq` int unsigned NOT NULL,
	`sender` int NOT NULL,
	`client_id` varchar(64) COLLATE utf8mb4_bin NOT NULL,
	`kind` varchar(16) NOT NULL,
	`body` mediumtext NOT NULL,
	`at` bigint NOT NULL,
	CONSTRAINT `Message_conversation_id_seq_pk` PRIMARY KEY(`conversation_id`,`seq`),
	CONSTRAINT `Message_client` UNIQUE(`client_id`,`conversation_id`,`sender`)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;
--> statement-breakpoint
ALTER TABLE `FriendRequest` ADD CONSTRAINT `FriendRequest_src_dst` UNIQUE(`src_uuid`,`dst_uuid`);--> statement-breakpoint
ALTER TABLE `Block` ADD CONSTRAINT `Block_uuid_Authentication_uuid_fk` FOREIGN KEY (`uuid`) REFERENCES `Authentication`(`uuid`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `Block` ADD CONSTRAINT `Block_blocked_uuid_Authentication_uuid_fk` FOREIGN KEY (`blocked_uuid`) REFERENCES `Authentication`(`uuid`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX `ConversationMember_uuid` ON `ConversationMember` (`uuid`,`conversation_id`);
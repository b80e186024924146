CREATE TABLE `AccountName` (
	`uuid` int NOT NULL,
	`skeleton` varchar(255) COLLATE utf8mb4_bin NOT NULL,
	CONSTRAINT `AccountName_uuid_skeleton_pk` PRIMARY KEY(`uuid`,`skeleton`),
	CONSTRAINT `AccountName_skeleton` UNIQUE(`skeleton`)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;
--> statement-breakpoint
CREATE TABLE `AccountState` (
	`uuid` int NOT NULL,
	`version` int unsigned NOT NULL DEFAULT 0,
	CONSTRAINT `AccountState_uuid` PRIMARY KEY(`uuid`)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;
--> statement-breakpoint
CREATE TABLE `DeviceCursor` (
	`uuid` int NOT NULL,
	`device` varchar(64) COLLATE utf8mb4_bin NOT NULL,
	`conversation_id` bigint NOT NULL,
	`delivered_seq` int unsigned NOT NULL DEFAULT 0,
	CONSTRAINT `DeviceCursor_uuid_device_conversation_id_pk` PRIMARY KEY(`uuid`,`device`,`conversation_id`)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;
--> statement-breakpoint
ALTER TABLE `ConversationMember` ADD `moved_at` timestamp(3) NOT NULL DEFAULT '2000-01-01 00:00:00.000' ON UPDATE CURRENT_TIMESTAMP(3);--> statement-breakpoint
ALTER TABLE `Conversation` ADD `grown_at` timestamp(3) NOT NULL DEFAULT '2000-01-01 00:00:00.000' ON UPDATE CURRENT_TIMESTAMP(3);--> statement-breakpoint
ALTER TABLE `AccountName` ADD CONSTRAINT `AccountName_uuid_Authentication_uuid_fk` FOREIGN KEY (`uuid`) REFERENCES `Authentication`(`uuid`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `AccountState` ADD CONSTRAINT `AccountState_uuid_Authentication_uuid_fk` FOREIGN KEY (`uuid`) REFERENCES `Authentication`(`uuid`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `DeviceCursor` ADD CONSTRAINT `DeviceCursor_uuid_Authentication_uuid_fk` FOREIGN KEY (`uuid`) REFERENCES `Authentication`(`uuid`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX `ConversationMember_moved_at` ON `ConversationMember` (`moved_at`);--> statement-breakpoint
CREATE INDEX `Conversation_grown_at` ON `Conversation` (`grown_at`);
ALTER TABLE `ConversationMember` ADD `role` varchar(16);--> statement-breakpoint
ALTER TABLE `ConversationMember` ADD `joined_seq` int unsigned DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `ConversationMember` ADD `visible_from` int unsigned DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `ConversationMember` ADD `left_seq` int unsigned;--> statement-breakpoint
ALTER TABLE `ConversationMember` ADD `left_at` bigint;--> statement-breakpoint
ALTER TABLE `ConversationMember` ADD `left_name` varchar(100);--> statement-breakpoint
ALTER TABLE `ConversationMember` ADD `left_avatar` varchar(255);--> statement-breakpoint
ALTER TABLE `ConversationMember` ADD `muted_until` bigint;--> statement-breakpoint
ALTER TABLE `ConversationMember` ADD `pinned` bool DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `ConversationMember` ADD `archived` bool DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `Conversation` ADD `name` varchar(100);--> statement-breakpoint
ALTER TABLE `Conversation` ADD `avatar` varchar(255);--> statement-breakpoint
ALTER TABLE `Conversation` ADD `description` text;--> statement-breakpoint
ALTER TABLE `Conversation` ADD `creator` int;--> statement-breakpoint
ALTER TABLE `Conversation` ADD `created_at` bigint;--> statement-breakpoint
ALTER TABLE `Conversation` ADD `members` int unsigned DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `Conversation` ADD `version` int unsigned DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `Message` ADD `data` mediumtext;--> statement-breakpoint
ALTER TABLE `Message` ADD `reply_to` int unsigned;--> statement-breakpoint
CREATE INDEX `ConversationMember_role` ON `ConversationMember` (`conversation_id`,`role`,`joined_seq`);--> statement-breakpoint
CREATE INDEX `Conversation_creator` ON `Conversation` (`creator`,`created_at`);
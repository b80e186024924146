ALTER TABLE `ConversationMember` ADD `role` text;--> statement-breakpoint
ALTER TABLE `ConversationMember` ADD `joined_seq` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `ConversationMember` ADD `visible_from` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `ConversationMember` ADD `left_seq` integer;--> statement-breakpoint
ALTER TABLE `ConversationMember` ADD `left_at` integer;--> statement-breakpoint
ALTER TABLE `ConversationMember` ADD `left_name` text;--> statement-breakpoint
ALTER TABLE `ConversationMember` ADD `left_avatar` text;--> statement-breakpoint
ALTER TABLE `ConversationMember` ADD `muted_until` integer;--> statement-breakpoint
ALTER TABLE `ConversationMember` ADD `pinned` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `ConversationMember` ADD `archived` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `ConversationMember_role` ON `ConversationMember` (`conversation_id`,`role`,`joined_seq`);--> statement-breakpoint
ALTER TABLE `Conversation` ADD `name` text;--> statement-breakpoint
ALTER TABLE `Conversation` ADD `avatar` text;--> statement-breakpoint
ALTER TABLE `Conversation` ADD `description` text;--> statement-breakpoint
ALTER TABLE `Conversation` ADD `creator` integer;--> statement-breakpoint
ALTER TABLE `Conversation` ADD `created_at` integer;--> statement-breakpoint
ALTER TABLE `Conversation` ADD `members` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `Conversation` ADD `version` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `Conversation_creator` ON `Conversation` (`creator`,`created_at`);--> statement-breakpoint
ALTER TABLE `Message` ADD `data` text;--> statement-breakpoint
ALTER TABLE `Message` ADD `reply_to` integer;
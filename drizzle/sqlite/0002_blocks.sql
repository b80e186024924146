ALTER TABLE `Block` ADD `avatar` text;--> statement-breakpoint
ALTER TABLE `Block` ADD `nickname` text;--> statement-breakpoint
ALTER TABLE `Block` ADD `description` text;--> statement-breakpoint
ALTER TABLE `Block` ADD `sex` integer;--> statement-breakpoint
ALTER TABLE `ConversationMember` ADD `shown_delivered_seq` integer;--> statement-breakpoint
ALTER TABLE `ConversationMember` ADD `shown_read_seq` integer;--> statement-breakpoint
UPDATE `Block` SET (`nickname`, `avatar`, `description`, `sex`) =
  (SELECT coalesce(p.`nickname`, ''), coalesce(p.`avatar`, ''), coalesce(p.`description`, ''), coalesce(p.`sex`, 0) FROM `UserProfile` AS p WHERE p.`uuid` = `Block`.`uuid`);--> statement-breakpoint
UPDATE `ConversationMember` SET `shown_delivered_seq` = `delivered_seq`, `shown_read_seq` = `read_seq`
  WHERE `conversation_id` IN (SELECT c.`id` FROM `Block` AS b JOIN `Conversation` AS c ON c.`lo` = min(b.`uuid`, b.`blocked_uuid`) AND c.`hi` = max(b.`uuid`, b.`blocked_uuid`));--> statement-breakpoint
DELETE FROM `FriendRequest` WHERE coalesce(`status`, 0) = 0 AND EXISTS
  (SELECT 1 FROM `Block` AS b WHERE (b.`uuid` = `src_uuid` AND b.`blocked_uuid` = `dst_uuid`) OR (b.`uuid` = `dst_uuid` AND b.`blocked_uuid` = `src_uuid`));

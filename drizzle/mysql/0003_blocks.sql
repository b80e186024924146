ALTER TABLE `Block` ADD `nickname` varchar(50);--> statement-breakpoint
ALTER TABLE `Block` ADD `avatar` varchar(255);--> statement-breakpoint
ALTER TABLE `Block` ADD `description` text;--> statement-breakpoint
ALTER TABLE `Block` ADD `sex` bool;--> statement-breakpoint
ALTER TABLE `ConversationMember` ADD `shown_delivered_seq` int unsigned;--> statement-breakpoint
ALTER TABLE `ConversationMember` ADD `shown_read_seq` int unsigned;--> statement-breakpoint
UPDATE `Block` AS b JOIN `UserProfile` AS p ON p.`uuid` = b.`uuid`
  SET b.`nickname` = coalesce(p.`nickname`, ''), b.`avatar` = coalesce(p.`avatar`, ''), b.`description` = coalesce(p.`description`, ''), b.`sex` = coalesce(p.`sex`, 0)
  WHERE b.`nickname` IS NULL;--> statement-breakpoint
UPDATE `Block` AS b
  JOIN `Conversation` AS c ON c.`lo` = least(b.`uuid`, b.`blocked_uuid`) AND c.`hi` = greatest(b.`uuid`, b.`blocked_uuid`)
  JOIN `ConversationMember` AS m ON m.`conversation_id` = c.`id`
  SET m.`shown_delivered_seq` = m.`delivered_seq`, m.`shown_read_seq` = m.`read_seq`, m.`moved_at` = m.`moved_at`
  WHERE m.`shown_read_seq` IS NULL;--> statement-breakpoint
DELETE r FROM `Block` AS b JOIN `FriendRequest` AS r ON r.`src_uuid` = b.`uuid` AND r.`dst_uuid` = b.`blocked_uuid` WHERE coalesce(r.`status`, 0) = 0;--> statement-breakpoint
DELETE r FROM `Block` AS b JOIN `FriendRequest` AS r ON r.`dst_uuid` = b.`uuid` AND r.`src_uuid` = b.`blocked_uuid` WHERE coalesce(r.`status`, 0) = 0;

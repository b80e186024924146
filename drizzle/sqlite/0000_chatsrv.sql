CREATE TABLE `AuthFriend` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`self_uuid` integer NOT NULL,
	`friend_uuid` integer NOT NULL,
	`alternative_name` text,
	FOREIGN KEY (`self_uuid`) REFERENCES `Authentication`(`uuid`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`friend_uuid`) REFERENCES `Authentication`(`uuid`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `AuthFriend_self_friend` ON `AuthFriend` (`self_uuid`,`friend_uuid`);--> statement-breakpoint
CREATE INDEX `AuthFriend_friend` ON `AuthFriend` (`friend_uuid`);--> statement-breakpoint
CREATE TABLE `Authentication` (
	`uuid` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`username` text COLLATE NOCASE NOT NULL,
	`password` text NOT NULL,
	`email` text COLLATE NOCASE
);
--> statement-breakpoint
CREATE UNIQUE INDEX `Authentication_username` ON `Authentication` (`username`);--> statement-breakpoint
CREATE UNIQUE INDEX `Authentication_email` ON `Authentication` (`email`);--> statement-breakpoint
CREATE TABLE `Block` (
	`uuid` integer NOT NULL,
	`blocked_uuid` integer NOT NULL,
	PRIMARY KEY(`uuid`, `blocked_uuid`),
	FOREIGN KEY (`uuid`) REFERENCES `Authentication`(`uuid`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`blocked_uuid`) REFERENCES `Authentication`(`uuid`) ON UPDATE no action ON DELETE cascade
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `Block_blocked` ON `Block` (`blocked_uuid`);--> statement-breakpoint
CREATE TABLE `ConversationMember` (
	`conversation_id` integer NOT NULL,
	`uuid` integer NOT NULL,
	`delivered_seq` integer DEFAULT 0 NOT NULL,
	`read_seq` integer DEFAULT 0 NOT NULL,
	`delivered_at` integer,
	`read_at` integer,
	PRIMARY KEY(`conversation_id`, `uuid`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `ConversationMember_uuid` ON `ConversationMember` (`uuid`,`conversation_id`);--> statement-breakpoint
CREATE TABLE `Conversation` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`kind` text DEFAULT 'direct' NOT NULL,
	`lo` integer,
	`hi` integer,
	`last_seq` integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `Conversation_lo_hi` ON `Conversation` (`lo`,`hi`);--> statement-breakpoint
CREATE TABLE `FriendRequest` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`src_uuid` integer NOT NULL,
	`dst_uuid` integer NOT NULL,
	`nickname` text,
	`message` text,
	`status` integer,
	FOREIGN KEY (`src_uuid`) REFERENCES `Authentication`(`uuid`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`dst_uuid`) REFERENCES `Authentication`(`uuid`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `FriendRequest_src_dst` ON `FriendRequest` (`src_uuid`,`dst_uuid`);--> statement-breakpoint
CREATE INDEX `FriendRequest_dst` ON `FriendRequest` (`dst_uuid`);--> statement-breakpoint
CREATE TABLE `Message` (
	`conversation_id` integer NOT NULL,
	`seq` integer NOT NULL,
	`sender` integer NOT NULL,
	`client_id` text COLLATE RTRIM NOT NULL,
	`kind` text NOT NULL,
	`body` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`conversation_id`, `seq`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `Message_client` ON `Message` (`client_id`,`conversation_id`,`sender`);--> statement-breakpoint
CREATE TABLE `UserProfile` (
	`uuid` integer PRIMARY KEY NOT NULL,
	`avatar` text,
	`nickname` text,
	`description` text,
	`sex` integer,
	FOREIGN KEY (`uuid`) REFERENCES `Authentication`(`uuid`) ON UPDATE no action ON DELETE cascade
);

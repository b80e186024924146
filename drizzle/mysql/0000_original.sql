CREATE TABLE `AuthFriend` (
	`id` int AUTO_INCREMENT NOT NULL,
	`self_uuid` int NOT NULL,
	`friend_uuid` int NOT NULL,
	`alternative_name` varchar(255),
	CONSTRAINT `AuthFriend_id` PRIMARY KEY(`id`),
	CONSTRAINT `self_uuid` UNIQUE(`self_uuid`,`friend_uuid`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;
--> statement-breakpoint
CREATE TABLE `Authentication` (
	`uuid` int AUTO_INCREMENT NOT NULL,
	`username` varchar(50) NOT NULL,
	`password` varchar(255) NOT NULL,
	`email` varchar(100),
	CONSTRAINT `Authentication_uuid` PRIMARY KEY(`uuid`),
	CONSTRAINT `username` UNIQUE(`username`),
	CONSTRAINT `email` UNIQUE(`email`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;
--> statement-breakpoint
CREATE TABLE `FriendRequest` (
	`id` int AUTO_INCREMENT NOT NULL,
	`src_uuid` int NOT NULL,
	`dst_uuid` int NOT NULL,
	`nickname` varchar(255),
	`message` varchar(255),
	`status` bool,
	CONSTRAINT `FriendRequest_id` PRIMARY KEY(`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;
--> statement-breakpoint
CREATE TABLE `UserProfile` (
	`uuid` int NOT NULL,
	`avatar` varchar(255),
	`nickname` varchar(50),
	`description` text,
	`sex` bool,
	CONSTRAINT `UserProfile_uuid` PRIMARY KEY(`uuid`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;
--> statement-breakpoint
ALTER TABLE `AuthFriend` ADD CONSTRAINT `AuthFriend_self_uuid_Authentication_uuid_fk` FOREIGN KEY (`self_uuid`) REFERENCES `Authentication`(`uuid`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `AuthFriend` ADD CONSTRAINT `AuthFriend_friend_uuid_Authentication_uuid_fk` FOREIGN KEY (`friend_uuid`) REFERENCES `Authentication`(`uuid`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `FriendRequest` ADD CONSTRAINT `FriendRequest_src_uuid_Authentication_uuid_fk` FOREIGN KEY (`src_uuid`) REFERENCES `Authentication`(`uuid`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `FriendRequest` ADD CONSTRAINT `FriendRequest_dst_uuid_Authentication_uuid_fk` FOREIGN KEY (`dst_uuid`) REFERENCES `Authentication`(`uuid`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `UserProfile` ADD CONSTRAINT `UserProfile_uuid_Authentication_uuid_fk` FOREIGN KEY (`uuid`) REFERENCES `Authentication`(`uuid`) ON DELETE cascade ON UPDATE no action;
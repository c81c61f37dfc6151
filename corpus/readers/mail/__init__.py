"""Mail: messages and their attachments, mailboxes."""

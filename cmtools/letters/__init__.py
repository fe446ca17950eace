"""Letters to clients: drafts of e-mails that a person looks through and sends."""

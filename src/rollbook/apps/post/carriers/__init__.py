"""Who carries a message: a mail server, or GOV.UK Notify."""

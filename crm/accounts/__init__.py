"""People: accounts, sign-in, invitations, what each may see."""

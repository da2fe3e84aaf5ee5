"""What is printed: the firm's profile today, letters of entitlement next."""

"""Plans for key firms (一企一策): goals agreed with the firm, and how far each has come."""

"""What happened, who did it, when: every change, field by field, in a chain that shows tampering."""
